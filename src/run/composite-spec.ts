import { z } from 'zod';
import type { JsonObject } from '../json.ts';

/** What a plan holds of a composite node besides its bodies. */
const compositeSpec = z.object({
  mode: z.enum(['while', 'for-each', 'times', 'if-else', 'switch']),
  condition: z.string().default('False'),
  items: z.json().default([]),
  item_var: z.string().default('item'),
  index_var: z.string().default('index'),
  count: z.int().default(0),
  initial_state: z.record(z.string(), z.json()).default({}),
  state_update: z.array(z.tuple([z.string(), z.json()])).default([]),
  max_iterations: z.int().default(100),
  concurrency: z.int().default(1),
  collect: z.enum(['list', 'last', 'first', 'dict', 'reduce']).default('list'),
  key_field: z.string().optional(),
  reducer: z.string().optional(),
  error_handling: z.enum(['fail_fast', 'continue', 'collect']).default('fail_fast'),
  branches: z.array(z.object({ condition: z.string(), action: z.string().optional() })).default([]),
  else_action: z.string().optional(),
});

export type CompositeSpec = z.infer<typeof compositeSpec>;

/** Specs are parts of plans, which are kept, and each is read at every step of its run. */
const parsed = new WeakMap<JsonObject, CompositeSpec>();

export function readCompositeSpec(spec: JsonObject): CompositeSpec {
  const known = parsed.get(spec) ?? compositeSpec.parse(spec);
  parsed.set(spec, known);
  return known;
}
