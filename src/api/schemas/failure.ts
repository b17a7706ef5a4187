import { z } from 'zod';
import { apiSchemas } from './registry.ts';

/** Why a run or a node failed. */
export const failure = z
  .strictObject({
    type: z.string().describe('Class or code of the error.'),
    code: z.string().describe('Stable: what programs branch on. `docs/diagnostics.md` explains each.'),
    message: z.string().describe('What happened, for people.'),
    retryable: z.boolean().describe('Whether another attempt may have helped.'),
    node: z.string().exactOptional().describe('Path of the node that failed.'),
  })
  .describe('Why a run or a node failed.')
  .register(apiSchemas, { id: 'Failure' });
