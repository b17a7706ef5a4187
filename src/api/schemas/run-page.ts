import { z } from 'zod';
import { apiSchemas } from './registry.ts';
import { runSummary } from './run-summary.ts';

export const runPage = z
  .strictObject({
    runs: z.array(runSummary).describe('Newest first.'),
    cursor: z.string().exactOptional().describe('Give it back for the next page; absent on the last one.'),
  })
  .describe('A page of runs.')
  .register(apiSchemas, { id: 'RunPage' });
