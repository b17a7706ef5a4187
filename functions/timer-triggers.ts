import { app } from '@azure/functions';
import type { Work } from '../src/app.ts';
import { triggersOf } from '../src/triggers/trigger.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** One function for each trigger document of type `timer`, named after it. The host's timer only calls; what is due is decided inside. */
export function registerTimerTriggers(work: Work): void {
  for (const document of triggersOf(work.triggers, 'timer')) {
    app.timer(document.name, {
      schedule: work.tickSchedule(document),
      extraInputs: [durableClient],
      handler: (_, context) => work.tick(document, clientOf(context), context),
    });
  }
}
