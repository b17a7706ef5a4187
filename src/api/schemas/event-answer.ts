import { z } from 'zod';
import { apiSchemas } from './registry.ts';

export const eventAnswer = z
  .strictObject({
    node: z.string().describe('Path of the node that had waited for it.'),
    duplicate: z.boolean().describe('Whether the same event had come before.'),
  })
  .describe('The wait that the event decided.')
  .register(apiSchemas, { id: 'EventAnswer' });
