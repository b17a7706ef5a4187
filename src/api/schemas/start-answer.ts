import { z } from 'zod';
import { apiSchemas } from './registry.ts';

export const startAnswer = z
  .strictObject({
    runId: z.string().describe('The id of the run.'),
    duplicate: z.boolean().describe('Whether the same key and input had started it before.'),
  })
  .describe('The run that was started.')
  .register(apiSchemas, { id: 'StartAnswer' });
