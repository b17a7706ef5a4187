import { it } from 'vitest';
import { agreeOnGeneratedPlans } from './agreement.ts';

it('whatever the plan, both engines bring it to an end, and to the same one', { timeout: 120_000 }, async () => {
  await agreeOnGeneratedPlans(150, 1);
});
