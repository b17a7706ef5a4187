import { fork } from 'node:child_process';
import { once } from 'node:events';
import { CosmosClient } from '@azure/cosmos';

const child = fork(new URL('./zz-server.ts', import.meta.url), ['/tmp/bench-' + Date.now() + '.db'], {
  execArgv: process.argv[2] === 'prof' ? ['--cpu-prof', '--cpu-prof-dir=/tmp/prof'] : [],
});
const [{ endpoint, key }] = (await once(child, 'message')) as any;
const client = new CosmosClient({ endpoint, key });
const c = client.database('d').container('c');
let n = 0;
const one = () => {
  const i = n++;
  return c.items.create({ id: 'i' + i, pk: 'p' + (i % 100), pad: 'x'.repeat(900) });
};
await one();
for (const conc of [1, 10, 50, 50]) {
  const t = performance.now();
  const times: number[] = [];
  const N = conc === 1 ? 600 : 2500;
  let k = 0;
  await Promise.all(
    Array.from({ length: conc }, async () => {
      while (k++ < N) {
        const s = performance.now();
        await one();
        times.push(performance.now() - s);
      }
    }),
  );
  times.sort((a, b) => a - b);
  child.send('c');
  const [counters] = (await once(child, 'message')) as any;
  console.log(
    'create conc',
    conc,
    'p50',
    times[times.length >> 1]!.toFixed(2),
    'p99',
    times[Math.floor(times.length * 0.99)]!.toFixed(2),
    'per s',
    ((N / (performance.now() - t)) * 1000).toFixed(0),
    counters.commits,
    counters.writes,
  );
}
for (const conc of [1, 50]) {
  const t = performance.now();
  const N = 1500;
  let k = 0;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: conc }, async () => {
      while (k++ < N) {
        const s = performance.now();
        await c.item('i' + k, 'p' + (k % 100)).read();
        times.push(performance.now() - s);
      }
    }),
  );
  times.sort((a, b) => a - b);
  console.log(
    'read conc',
    conc,
    'p50',
    times[times.length >> 1]!.toFixed(2),
    'per s',
    ((N / (performance.now() - t)) * 1000).toFixed(0),
  );
}
const t = performance.now();
for (let i = 0; i < 100; i++)
  await c.items
    .query({ query: 'SELECT * FROM c WHERE c.pk = @p', parameters: [{ name: '@p', value: 'p' + i }] }, { partitionKey: 'p' + i })
    .fetchAll();
console.log('partition query of ~80 docs', (performance.now() - t) / 100);
const t2 = performance.now();
const r = await c.items
  .query({
    query: 'SELECT VALUE c.id FROM c WHERE c.pad = @p AND c._ts > @x',
    parameters: [
      { name: '@p', value: 'none' },
      { name: '@x', value: 1 },
    ],
  })
  .fetchAll();
console.log('cross partition filter over', n, 'docs', performance.now() - t2, r.resources.length);
client.dispose();
if (process.argv[2] === 'prof') child.send('exit');
else child.kill();
