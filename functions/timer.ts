import { app } from '@azure/functions';
import { getClient, input } from 'durable-functions';
import type { Work } from '../src/app.ts';

/** The sweeper: finishes what processes that died have left. */
export function registerTimers(work: Work): void {
  app.timer('sweep', {
    schedule: work.sweepSchedule,
    extraInputs: [input.durableClient()],
    handler: (_, context) => work.sweep(getClient(context), context),
  });
}
