/** A server of its own process, to be killed: prints its address as one line of JSON. The one argument is the database. */
import { startCosmos } from '../../../local/cosmos/server.ts';

const [, , databasePath] = process.argv;
if (databasePath === undefined) throw new Error('The path of the database is missing.');
const layout = { databases: [{ id: 'test', containers: [{ id: 'items', partitionKey: '/pk' }] }] };
const { endpoint, key } = await startCosmos({ port: 0, databasePath, layout });
console.log(JSON.stringify({ endpoint, key }));
