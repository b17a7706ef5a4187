import { z } from 'zod';
import { apiSchemas, time } from './registry.ts';

export const callbackList = z
  .strictObject({
    callbacks: z.array(
      z.strictObject({
        eventId: z.string().describe("The event's id, and the delivery's."),
        type: z.string().describe('The type of the event.'),
        runId: z.string(),
        since: time.describe('When it was first to be delivered.'),
        attempts: z.int().describe('Calls that were made.'),
        failure: z
          .strictObject({ code: z.string(), message: z.string() })
          .exactOptional()
          .describe('Why the last call did not do.'),
      }),
    ),
  })
  .describe('Events that the receiver of callbacks did not take in all the time it had, the oldest first.')
  .register(apiSchemas, { id: 'CallbackList' });

export const redriveAnswer = z
  .strictObject({ redriven: z.int().describe('How many are to be delivered again. At the limit, there may be more: ask again.') })
  .describe('What is delivered again.')
  .register(apiSchemas, { id: 'RedriveAnswer' });
