import { z } from 'zod';
import { apiSchemas } from './registry.ts';

export const retryAnswer = z
  .strictObject({
    runId: z.string().describe('The id of the run, the same as before.'),
    retry: z.int().min(1).describe('Which retry of the run it is.'),
    duplicate: z.boolean().describe('Whether it had been asked for before, and the run is at work.'),
  })
  .describe('The run that is done again.')
  .register(apiSchemas, { id: 'RetryAnswer' });
