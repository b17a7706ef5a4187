import { z } from 'zod';
import { failure } from './failure.ts';
import { apiSchemas, time } from './registry.ts';

export const runStatus = z
  .enum(['accepted', 'running', 'completed', 'failed', 'cancelled'])
  .describe('`accepted` is stored and perhaps not started; `completed`, `failed` and `cancelled` are for good.')
  .register(apiSchemas, { id: 'RunStatus' });

export const runSummary = z
  .strictObject({
    runId: z.string().describe('The id of the run.'),
    pipeline: z.string().describe('The pipeline that it is a run of.'),
    trigger: z.string().describe('The trigger that started it; `api:<pipeline>` if it was asked for by HTTP.'),
    status: runStatus,
    acceptedAt: time.describe('When its event was stored.'),
    retry: z.int().min(1).exactOptional().describe('How often it was opened again after it had failed or been cancelled.'),
    retriedAt: time.exactOptional().describe('When for the last time.'),
    finishedAt: time.exactOptional().describe('When it ended; absent while it has not.'),
    durationMs: z.int().min(0).exactOptional().describe('Milliseconds from acceptance to the end.'),
    error: failure.exactOptional(),
  })
  .describe('A run as lists show it.')
  .register(apiSchemas, { id: 'RunSummary' });
