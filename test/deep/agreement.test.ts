import { it } from 'vitest';
import { agreeOnGeneratedPlans, surviveBreakdowns } from '../run/agreement.ts';

const PLANS = 1_000;

it('both engines agree on a thousand generated plans', async () => {
  await agreeOnGeneratedPlans(PLANS, 2, (done) => {
    if (done % 100 === 0) console.log(`${done} of ${PLANS} plans`);
  });
});

it('two hundred generated plans survive tasks that break down', async () => {
  await surviveBreakdowns(200, 3);
});
