import { it } from 'vitest';
import { agreeOnGeneratedPlans, surviveBreakdowns } from './agreement.ts';

it('whatever the plan, both engines bring it to an end, and to the same one', async () => {
  await agreeOnGeneratedPlans(150, 1);
});

it('whatever the plan, tasks that break down change nothing of what it comes to', async () => {
  await surviveBreakdowns(25, 1);
});
