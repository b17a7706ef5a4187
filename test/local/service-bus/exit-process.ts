/** Uses a broker and a client of it, and closes both; this process then has nothing left to do. Argument: which is closed first. */
import { ServiceBusClient } from '@azure/service-bus';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { topologyOf } from './queues.ts';

const topology = topologyOf({ orders: {} });
const server = await startServiceBus({ port: 0, topology, databasePath: ':memory:' });
const client = new ServiceBusClient(server.connectionString);
await client.createSender('orders').sendMessages({ body: 1 });
if (process.argv[2] === 'client') await client.close();
await server.close();
// Not awaited: a client whose broker is gone may never finish closing.
if (process.argv[2] === 'broker') void client.close();
