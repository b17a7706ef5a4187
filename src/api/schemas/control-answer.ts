import { z } from 'zod';
import { apiSchemas } from './registry.ts';

export const controlAnswer = z
  .strictObject({ status: z.enum(['cancelled', 'suspended', 'resumed']).describe('What is true of the run now.') })
  .describe('What was done with a run.')
  .register(apiSchemas, { id: 'ControlAnswer' });
