import { z } from 'zod';
import { INSTANCE_ID_PATTERN } from '../../limits.ts';
import { MAX_KEY_LENGTH } from '../../triggers/event-key.ts';
import { runStatus } from './run-summary.ts';

export const MAX_LIMIT = 100;
export const DEFAULT_LIMIT = 20;
const MAX_REASON_CHARACTERS = 500;

const LIMIT = `a whole number from 1 to ${MAX_LIMIT}`;
const TIME = 'a time such as 2026-01-31T08:00:00Z, or a date';

const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()], TIME);

/** Messages complete the sentence "The query parameter … must be". */
export const runQuery = z.strictObject({
  status: runStatus.exactOptional(),
  pipeline: z.string().exactOptional().describe('Only runs of this pipeline.'),
  trigger: z
    .string()
    .exactOptional()
    .describe('Only runs that this trigger started; `api:<pipeline>` for those asked for by HTTP.'),
  from: instant.exactOptional().describe('Only runs accepted then or later.'),
  to: instant.exactOptional().describe('Only runs accepted before.'),
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(MAX_LIMIT, LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().exactOptional().describe('From the page before, with all else the same.'),
});

export const callbackQuery = runQuery.pick({ limit: true });

const id = z.string().regex(INSTANCE_ID_PATTERN).describe('The id of the run.');

export const runParams = z.strictObject({ id });
export const eventParams = z.strictObject({ id, key: z.string().describe('The key that a node of the run waits for.') });
export const artifactParams = z.strictObject({ id, name: z.string().describe("The artifact's whole name; it holds slashes.") });

export const artifactQuery = z.strictObject({
  link: z
    .stringbool({ truthy: ['true'], falsy: ['false'], case: 'sensitive' })
    .exactOptional()
    .describe('`true`: not its content, but an address that opens it for a short time.'),
});

export const triggerParams = z.strictObject({ name: z.string().describe('The name of the trigger.') });
export const pipelineParams = z.strictObject({ name: z.string().describe('The name of the pipeline.') });

export const startHeaders = z.strictObject({
  'Idempotency-Key': z
    .string()
    .max(MAX_KEY_LENGTH)
    .exactOptional()
    .describe('What the run is known by, such as the number of an order: the same key and body again name the same run.'),
  traceparent: z.string().exactOptional().describe('A trace to go on with (W3C Trace Context).'),
});

/** What an operator may say with a control. */
export const control = z.strictObject({
  reason: z.string().max(MAX_REASON_CHARACTERS).exactOptional().describe('Why, for whoever looks at the run later.'),
});

/** Which run of a timer trigger is asked for. */
export const triggerRun = z.strictObject({
  scheduledTime: z.iso
    .datetime({ offset: true })
    .exactOptional()
    .describe('The occurrence that is to have its run after all; without it, the run is for now.'),
});

export const runTriggerHeaders = startHeaders.pick({ 'Idempotency-Key': true });

/** How a run is to be done again. */
export const retryBody = z.strictObject({
  ...control.shape,
  plan: z
    .enum(['recorded', 'current'])
    .default('recorded')
    .describe(
      'The plan the run began with, or its pipeline as it is deployed now; either way, nodes that completed are not done again.',
    ),
});

/** Any JSON: the pipeline's schema says more. */
export const anyJson = z.unknown();
