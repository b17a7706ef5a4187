import { z } from 'zod';
import { apiSchemas, time } from './registry.ts';

const timer = z
  .strictObject({
    timeZone: z.string(),
    isDisabled: z.boolean().describe('Whether its function is switched off; then nobody expects anything of it.'),
    isSilent: z.boolean().describe('Whether occurrences are over that nobody has dealt with.'),
    silentSince: time.nullable().describe('The first of them.'),
    lastTick: time.nullable().describe('When it was decided last which occurrences have runs.'),
    lastOccurrence: time.nullable().describe('The newest occurrence that was given a run.'),
    lastRunId: z.string().nullable(),
    nextOccurrence: time.nullable(),
    queued: z.array(time).describe('The occurrences that wait for the run before them to end.'),
    lastPassedOver: z
      .strictObject({ first: time, last: time, reason: z.enum(['late', 'overlap', 'queue_full']) })
      .nullable()
      .describe('The occurrences that had no run last, and why.'),
    lastRefused: z
      .strictObject({ scheduledTime: time, code: z.string(), message: z.string() })
      .nullable()
      .describe('The occurrence whose event was refused last.'),
  })
  .describe('How a timer does.')
  .register(apiSchemas, { id: 'Timer' });

export const triggerList = z
  .strictObject({
    triggers: z.array(
      z.strictObject({
        name: z.string(),
        type: z.string().describe('As in its document: `service_bus`, `timer` and so on.'),
        pipeline: z.string().describe('What it starts, unless an event names another one.'),
        timer: timer.exactOptional().describe('Only those of type `timer` have it.'),
      }),
    ),
  })
  .describe('The triggers of the app.')
  .register(apiSchemas, { id: 'TriggerList' });
