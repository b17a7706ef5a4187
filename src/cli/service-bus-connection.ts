import { Option } from 'commander';
import type { Terminal } from './terminal.ts';

/** The local Azure on its default port; its keys are public, as those of every emulator. */
const LOCAL_SERVICE_BUS =
  'Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;';

export function connectionOption(): Option {
  return new Option('--connection <string>', 'Service Bus connection string (default: the setting SB, else the local Azure)');
}

/** The connection string that is meant. */
export function connectionOf({ connection }: { readonly connection?: string }, { environment }: Terminal): string {
  return connection ?? (environment['SB'] || LOCAL_SERVICE_BUS);
}
