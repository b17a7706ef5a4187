import { app } from '@azure/functions';
import type { Work } from '../src/app.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** The sweeper finishes what processes that died have left; `callbacks` calls again whoever did not take an event. */
export function registerTimers(work: Work): void {
  app.timer('sweep', {
    schedule: work.sweepSchedule,
    extraInputs: [durableClient],
    handler: (_, context) => work.sweep(clientOf(context), context),
  });
  const { retryCallbacks } = work;
  if (retryCallbacks !== undefined) app.timer('callbacks', { schedule: work.sweepSchedule, handler: () => retryCallbacks() });
}
