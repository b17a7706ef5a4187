import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../json.ts';
import { isJsonObject } from '../../json.ts';
import type { Plan } from '../../pipeline/plan.ts';
import { MalformedDocumentError } from './cosmos-errors.ts';

const json = z.custom<JsonValue>((value) => value !== undefined, 'must be there');
const object = z.custom<JsonObject>((value) => isJsonObject(json.safeParse(value).data), 'must be an object');

const node = z.looseObject({
  name: z.string(),
  kind: z.string(),
  dependencies: z.array(z.string()),
  waitFor: z.array(z.string()),
  when: z.string().exactOptional(),
  critical: z.boolean(),
  requiredInputs: z.array(z.string()),
  inputMapping: z.record(z.string(), json).exactOptional(),
  strictMapping: z.boolean(),
  timeoutMs: z.number(),
  retry: z.object({ maxAttempts: z.number(), delayMs: z.number(), backoff: z.number(), maxDelayMs: z.number() }),
  onError: z.string().exactOptional(),
  onlyOnError: z.boolean(),
  spec: object,
});

/** Loose: a plan of a later version keeps what this version does not know. */
const plan = z.looseObject({
  format: z.literal(1),
  pipeline: z.string(),
  nodes: z.array(node),
  output: z.record(z.string(), z.string()).exactOptional(),
  inputSchema: object.exactOptional(),
  outputSchema: object.exactOptional(),
});

/** As text: a plan's mappings are ordered, and what a store does with the order of an object's members is its own business. */
export function toPlanDocument(hash: string, content: Plan) {
  return { id: hash, pipeline: content.pipeline, plan: JSON.stringify(content) };
}

const document = z.object({ id: z.string(), plan: z.string().transform(parse).pipe(plan) });

function parse(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
}

/** @throws MalformedDocumentError */
export function fromPlanDocument(stored: unknown): Plan {
  const result = document.safeParse(stored);
  if (result.success) return result.data.plan;
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new MalformedDocumentError(`A stored plan is not what this version writes (${issues}).`);
}
