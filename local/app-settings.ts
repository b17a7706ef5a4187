import type { Stores } from './messages.ts';

/** Settings of the app that only the running stores know. They win over everything, so that nothing local reaches a real account. */
export function connectionSettings({ serviceBus, cosmos, blob }: Omit<Stores, 'ports'>): Record<string, string> {
  return {
    AzureWebJobsStorage: blob,
    DATA: blob,
    SB: serviceBus,
    COSMOS: `AccountEndpoint=${cosmos.endpoint};AccountKey=${cosmos.key};`,
    COSMOS_DATABASE: cosmos.database,
  };
}

/** Used where neither the environment nor `local.settings.json` says otherwise. */
export const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  FUNCTIONS_WORKER_RUNTIME: 'node',
  FUNCTIONS_EXTENSION_VERSION: '~4',
  AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
  APP_ENV: 'development',
  TASKHUB_NAME: 'hexdag',
  // There is no Event Grid here; the local host looks into the containers itself.
  BLOB_TRIGGER_SOURCE: 'LogsAndContainerScan',
  // Often, because a developer who has just killed something does not want to wait a minute.
  SWEEP_SCHEDULE: '*/5 * * * * *',
  // More than any request needs; Azure's own limit is 100 MB, each in memory.
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1048576',
  // Known to everybody, like the keys of the emulators.
  PAYMENTS_WEBHOOK_SECRET: 'whsec_Zm9yIGRldmVsb3BtZW50IG9uIHRoaXMgbWFjaGluZSBvbmx5',
};
