/** A broker in a process of its own, for tests that kill it. Arguments: port, database, topology as JSON. */
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { loadTopology } from '../../../local/service-bus/topology.ts';

const [port, databasePath = '', topology = ''] = process.argv.slice(2);
const server = await startServiceBus({ port: Number(port), databasePath, topology: loadTopology(topology, 'arguments') });
process.send?.(server.port);
process.on('disconnect', () => process.exit());
