import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { duration } from '../pipeline/document-schema.ts';
import { MAX_RUN_MS } from '../pipeline/limits.ts';
import type { ReportProblem, Surroundings } from '../pipeline/node-definition.ts';
import { checkStep } from './check-step.ts';
import type { EngineNodeKind } from './node-kind.ts';

const schema = z.object({
  /** Which event it waits for: a template. */
  event_key: z.string().min(1),
  /** How long it waits at most; for ever if absent. */
  timeout: duration({ min: 1, max: MAX_RUN_MS }).nullable().optional(),
  /** The node that takes over when nothing came. */
  on_timeout: z.string().nullable().optional(),
  /** A step that is called before the wait begins. */
  setup_fn: z.string().min(1).nullable().optional(),
});

/** Lasts until an event with its key comes, or its time is up; the event is its result. */
export const waitNode: EngineNodeKind = {
  kind: 'wait_node',
  aliases: ['core:wait_node'],
  schema,
  role: 'wait',
  resolve,
};

function resolve(spec: JsonObject, report: ReportProblem, { steps }: Surroundings): JsonObject {
  const { event_key: eventKey, timeout, on_timeout: onTimeout, setup_fn: setup } = schema.parse(spec);
  if (setup) checkStep(setup, ['setup_fn'], steps, report);
  if (onTimeout && !timeout) {
    const message = "'on_timeout' has no effect without 'timeout'.";
    report({ severity: 'warning', path: ['on_timeout'], code: 'timeout_missing', message, remedy: "Add 'timeout', such as 1d." });
  }
  return { event_key: eventKey, ...(timeout ? { timeout_ms: timeout } : {}), ...(setup ? { setup_fn: setup } : {}) };
}
