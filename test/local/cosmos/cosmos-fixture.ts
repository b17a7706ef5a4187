import { type Container, CosmosClient } from '@azure/cosmos';
import { onTestFinished } from 'vitest';
import { type CosmosServer, startCosmos } from '../../../local/cosmos/server.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

export interface CosmosFixture {
  server: CosmosServer;
  client: CosmosClient;
  clock: ManualClock;
  /** Partition key `/pk`; items may carry a `ttl`. */
  items: Container;
}

/** A server with one database and one container, and the real client; both end with the test. */
export async function startFixture(defaultTtl?: number): Promise<CosmosFixture> {
  const clock = new ManualClock();
  const container = { id: 'items', partitionKey: '/pk', ...(defaultTtl === undefined ? {} : { defaultTtl }) };
  const layout = { databases: [{ id: 'test', containers: [container] }] };
  const server = await startCosmos({ port: 0, databasePath: ':memory:', layout, clock });
  const client = connect(server);
  onTestFinished(async () => {
    client.dispose();
    await server.close();
  });
  return { server, client, clock, items: client.database('test').container('items') };
}

/** A client that reports a throttled request instead of waiting. */
export function connect({ endpoint, key }: { endpoint: string; key: string }): CosmosClient {
  return new CosmosClient({
    connectionString: `AccountEndpoint=${endpoint};AccountKey=${key};`,
    connectionPolicy: { retryOptions: { maxRetryAttemptCount: 0, fixedRetryIntervalInMilliseconds: 0, maxWaitTimeInSeconds: 0 } },
  });
}

/** What a refused call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<{ code: unknown; substatus: unknown; message: string }> {
  try {
    await call;
  } catch (error) {
    const { code, substatus, message } = Object(error);
    return { code, substatus, message };
  }
  throw new Error('The call was expected to be refused, but was not.');
}

/** All results of a query, over all its pages. */
export async function results(
  container: Container,
  query: string,
  parameters: Record<string, unknown> = {},
  options: { partitionKey?: string; maxItemCount?: number } = {},
): Promise<unknown[]> {
  const spec = { query, parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })) };
  const { resources } = await container.items.query(JSON.parse(JSON.stringify(spec)), options).fetchAll();
  return resources;
}
