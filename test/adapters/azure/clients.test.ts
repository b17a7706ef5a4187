import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CosmosServer, startCosmos } from '../../../local/cosmos/server.ts';
import { type ServiceBusServer, startServiceBus } from '../../../local/service-bus/server.ts';
import { loadTopology } from '../../../local/service-bus/topology.ts';
import { type AzureClients, createClients } from '../../../src/adapters/azure/clients.ts';
import { CosmosRunStore } from '../../../src/adapters/azure/cosmos-run-store.ts';
import { ServiceBusPublisher } from '../../../src/adapters/azure/service-bus-publisher.ts';
import { loadConfig } from '../../../src/config.ts';
import { runEvent, runRecord } from '../../conformance/records.ts';

const QUEUE = 'told';
const settings = { AzureWebJobsStorage: 'UseDevelopmentStorage=true', TASKHUB_NAME: 'orders', APP_ENV: 'development' };

let cosmos: CosmosServer;
let serviceBus: ServiceBusServer;
let clients: AzureClients;

beforeAll(async () => {
  const containers = [{ id: 'runs', partitionKey: '/runId' }];
  cosmos = await startCosmos({ port: 0, databasePath: ':memory:', layout: { databases: [{ id: 'orders', containers }] } });
  const topology = { UserConfig: { Namespaces: [{ Name: 'test', Queues: [{ Name: QUEUE, Properties: {} }], Topics: [] }] } };
  serviceBus = await startServiceBus({
    port: 0,
    databasePath: ':memory:',
    topology: loadTopology(JSON.stringify(topology), 'topology'),
  });
});

afterEach(() => clients.close());

afterAll(async () => {
  await cosmos.close();
  await serviceBus.close();
});

describe('createClients', () => {
  it('reaches the services of connection strings', async () => {
    clients = createClients(
      loadConfig({
        ...settings,
        COSMOS: `AccountEndpoint=${cosmos.endpoint};AccountKey=${cosmos.key};`,
        COSMOS_DATABASE: 'orders',
        SB: serviceBus.connectionString,
        RUN_EVENTS_TOPIC: QUEUE,
        DATA: 'UseDevelopmentStorage=true',
      }),
    );
    const runId = randomUUID();

    const claim = await new CosmosRunStore(clients.runs).claim(runRecord({ runId }));
    const published = new ServiceBusPublisher(clients.runEvents, QUEUE).publish([runEvent(runId)]);

    await expect(published).resolves.toBeUndefined();
    expect(claim).toEqual({ kind: 'claimed' });
    expect((await clients.artifacts()).url).toBe('http://127.0.0.1:10000/devstoreaccount1/artifacts');
  });

  it('knows where the services of an identity are, before anything is asked of them', async () => {
    clients = createClients(
      loadConfig({
        ...settings,
        COSMOS__accountEndpoint: 'https://cosmos.test:443/',
        COSMOS__credential: 'managedidentity',
        SB__fullyQualifiedNamespace: 'sb.test.example',
        DATA__blobServiceUri: 'https://data.test',
        DATA__credential: 'managedidentity',
        DATA__clientId: '11111111-2222-3333-4444-555555555555',
      }),
    );

    const [runs, plans, artifacts, runEvents] = await Promise.all([
      clients.runs(),
      clients.plans(),
      clients.artifacts(),
      clients.runEvents(),
    ]);

    expect([runs.url, plans.url]).toEqual(['dbs/hexdag/colls/runs', 'dbs/hexdag/colls/plans']);
    expect(artifacts.url).toBe('https://data.test/artifacts');
    expect(runEvents.entityPath).toBe('run-events');
  });

  it('opens each client once', async () => {
    clients = createClients(
      loadConfig({
        ...settings,
        COSMOS: `AccountEndpoint=${cosmos.endpoint};AccountKey=${cosmos.key};`,
        SB: serviceBus.connectionString,
        DATA: 'UseDevelopmentStorage=true',
      }),
    );

    const [first, second] = await Promise.all([clients.runs(), clients.runs()]);

    expect(first).toBe(second);
  });
});
