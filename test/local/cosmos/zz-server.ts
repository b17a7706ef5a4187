import { startCosmos } from '../../../local/cosmos/server.ts';

const s = await startCosmos({
  port: 0,
  databasePath: process.argv[2] ?? ':memory:',
  layout: { databases: [{ id: 'd', containers: [{ id: 'c', partitionKey: '/pk' }] }] },
  log: (l, m) => {
    if (l !== 'debug') console.log(l, m);
  },
});
process.send?.({ endpoint: s.endpoint, key: s.key });
process.on('message', (m) => (m === 'exit' ? process.exit(0) : process.send?.(s.counters())));
