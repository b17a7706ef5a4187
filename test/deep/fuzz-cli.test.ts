import { expect, it } from 'vitest';
import { fuzzCommandLines } from '../cli/fuzz/fuzz.ts';

const COUNT = 100_000;
const STEP = 10_000;

it(`${COUNT} command lines on any files end with documented exit codes, quickly, and write nothing elsewhere`, {
  timeout: 1_800_000,
}, async () => {
  const start = performance.now();
  const rate = (done: number) => `${Math.round((done * 1000) / (performance.now() - start))}/s`;

  const { exits, slowestMs } = await fuzzCommandLines({
    count: COUNT,
    onProgress: (done) => {
      if (done % STEP === 0) console.log(`${done} command lines, ${rate(done)}`);
    },
  });

  const table = [...exits].sort().map(([exit, times]) => `${exit}: ${times}`);
  console.log(`${rate(COUNT)}, the slowest took ${slowestMs.toFixed(1)} ms; ${table.join(', ')}`);
  expect([...exits.values()].reduce((sum, times) => sum + times, 0)).toBe(COUNT);
});
