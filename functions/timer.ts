import { app } from '@azure/functions';
import type { Work } from '../src/app.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** The sweeper: finishes what processes that died have left. */
export function registerTimers(work: Work): void {
  app.timer('sweep', {
    schedule: work.sweepSchedule,
    extraInputs: [durableClient],
    handler: (_, context) => work.sweep(clientOf(context), context),
  });
}
