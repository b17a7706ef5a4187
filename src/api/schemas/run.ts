import { z } from 'zod';
import { artifact } from './artifact.ts';
import { failure } from './failure.ts';
import { apiSchemas, time } from './registry.ts';
import { runSummary } from './run-summary.ts';

const runNode = z
  .strictObject({
    name: z.string().describe('Path of the node: its name, for a node of a loop `each[3].charge`.'),
    kind: z.string().describe('Its kind, such as `function_node`.'),
    status: z.enum(['completed', 'failed']),
    attempt: z.int().min(1).describe('The attempt whose outcome counts, from 1.'),
    startedAt: time,
    finishedAt: time,
    durationMs: z.int().min(0).describe('Milliseconds of that attempt.'),
    error: failure.exactOptional(),
    result: z.unknown().exactOptional().describe('What it gave; absent if that is kept as an artifact.'),
    artifacts: z.array(artifact).exactOptional().describe('The files that its result names.'),
  })
  .describe('A node that had an effect, or took time, and what became of it.')
  .register(apiSchemas, { id: 'RunNode' });

const runWait = z
  .strictObject({
    node: z.string().describe('Path of the node that waits.'),
    eventKey: z.string().describe('The key to send the event to.'),
    openedAt: time.describe('Since when it waits.'),
    until: time.exactOptional().describe('When it goes on without an event; it never does if absent.'),
  })
  .describe('An event that a run waits for.')
  .register(apiSchemas, { id: 'RunWait' });

export const run = z
  .strictObject({
    ...runSummary.shape,
    planHash: z.string().describe('The compiled form of the pipeline that it began with, and keeps.'),
    event: z
      .strictObject({
        key: z.string().describe('The idempotency key.'),
        type: z.string(),
        source: z.string(),
        correlationId: z.string().exactOptional(),
      })
      .describe('What started it.'),
    output: z.unknown().exactOptional().describe('What it gave; absent until it completes, and if it is kept as an artifact.'),
    outputArtifact: artifact.exactOptional().describe('Where its output is, if that is too large to be part of this.'),
    parent: z
      .strictObject({ runId: z.string(), node: z.string().describe('Path of the node that waits for this run.') })
      .exactOptional()
      .describe('The run that started it, if one did.'),
    waiting: z.array(runWait).exactOptional().describe('The events it waits for now.'),
    nodes: z.array(runNode).describe('By the time they started. Nodes that only compute leave no record.'),
  })
  .describe('A run with its nodes.')
  .register(apiSchemas, { id: 'Run' });
