/** Where things are, and what only this backend and the app know. The defaults are those of the local Azure. */
export interface Settings {
  /** Connection string. */
  readonly serviceBus: string;
  /** Origin of the app. */
  readonly app: string;
  /** Where this backend is called back. */
  readonly port: number;
  /** What deliveries are signed with; several while one is replaced. Empty: nothing is believed that calls. */
  readonly secrets: readonly string[];
  readonly orders: number;
}

const LOCAL_SERVICE_BUS =
  'Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;';

export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  return {
    serviceBus: environment['SB'] || LOCAL_SERVICE_BUS,
    app: environment['APP_URL'] || 'http://127.0.0.1:7071',
    port: Number(environment['BACKEND_PORT'] || 7272),
    secrets: (environment['CALLBACK_SECRET'] ?? '').split(/[\s,]+/).filter((secret) => secret !== ''),
    orders: Number(environment['ORDERS'] || 10),
  };
}
