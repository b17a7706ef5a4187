import { readFileSync } from 'node:fs';
import { CosmosClient, type Database } from '@azure/cosmos';
import type { Clock } from '../../../local/clock.ts';
import { loadLayout } from '../../../local/cosmos/layout.ts';
import { type CosmosServer, startCosmos } from '../../../local/cosmos/server.ts';

const LAYOUT_FILE = 'local/cosmos.json';

export interface LocalCosmos {
  readonly server: CosmosServer;
  /** With the app's containers. */
  readonly database: Database;
  close(): Promise<void>;
}

/** The app's database at a local endpoint, in memory, with the real client. */
export async function startLocalCosmos(options: { readonly clock?: Clock } = {}): Promise<LocalCosmos> {
  const layout = loadLayout(readFileSync(LAYOUT_FILE, 'utf8'), LAYOUT_FILE);
  const server = await startCosmos({ port: 0, databasePath: ':memory:', layout, ...options });
  const client = new CosmosClient({ endpoint: server.endpoint, key: server.key });
  return {
    server,
    database: client.database('hexdag'),
    async close() {
      client.dispose();
      await server.close();
    },
  };
}
