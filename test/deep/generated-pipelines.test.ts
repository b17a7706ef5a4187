import { expect, it } from 'vitest';
import { runGenerated } from '../language/generated/run-generated.ts';

const COUNT = 3_000;

it(`of ${COUNT} generated pipelines, what validates also runs`, async () => {
  const start = performance.now();

  const tally = await runGenerated(COUNT, 7, (done) => {
    if (done % 500 === 0) console.log(`${done} pipelines, ${Math.round((done * 1000) / (performance.now() - start))}/s`);
  });

  console.log(
    [...tally]
      .sort(([, a], [, b]) => b - a)
      .map(([what, times]) => `${what}: ${times}`)
      .join('\n'),
  );
  expect(tally.get('completed')).toBeGreaterThan(200);
});
