import { expect, it } from 'vitest';
import { runGenerated } from './run-generated.ts';

it('what validates also runs: to its end, to a wait, or to a failure with a documented code', async () => {
  const tally = await runGenerated(300);

  expect(tally.get('completed')).toBeGreaterThan(20);
  expect(tally.get('refused')).toBeGreaterThan(20);
});
