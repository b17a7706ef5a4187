import { z } from 'zod';
import { isReadableName } from '../expression/path.ts';
import { LOOP_ITEMS } from '../limits.ts';
import { duration } from '../pipeline/document-schema.ts';
import { MAX_RUN_MS } from '../pipeline/limits.ts';

export const COMPOSITE_MODES = ['while', 'for-each', 'times', 'if-else', 'switch'] as const;
export type CompositeMode = (typeof COMPOSITE_MODES)[number];

const localName = z.string().refine(isReadableName, {
  error: 'is not a valid name',
  params: { code: 'name_invalid', remedy: "Use letters, digits and '_', not beginning with a digit." },
});

/** A list of nodes, or the name of a step. */
const body = z.union([z.string().min(1), z.array(z.json())]).nullable();

export const branchSchema = z.looseObject({
  condition: z.string().min(1),
  body: body.optional(),
  action: z.string().nullable().optional(),
});

/** The keys of a composite node; which of them a mode needs is checked apart. */
export const compositeSchema = z.object({
  mode: z.enum(COMPOSITE_MODES),
  body: body.optional(),
  then_body: body.optional(),
  else_body: body.optional(),
  /** Path of a pipeline file, relative to the file that names it. */
  body_pipeline: z.string().min(1).nullable().optional(),
  condition: z.string().min(1).optional(),
  /** An expression, or the items themselves. */
  items: z.union([z.string().min(1), z.array(z.json()), z.record(z.string(), z.json())]).optional(),
  item_var: localName.optional(),
  index_var: localName.optional(),
  count: z.int().min(1).max(LOOP_ITEMS).optional(),
  branches: z.array(branchSchema).min(1).optional(),
  else_action: z.string().nullable().optional(),
  route_downstream: z.boolean().optional(),
  initial_state: z.record(z.string(), z.json()).optional(),
  state_update: z.record(z.string(), z.json()).optional(),
  max_iterations: z.int().min(1).optional(),
  concurrency: z.int().min(1).optional(),
  collect: z.enum(['list', 'dict', 'last', 'first', 'reduce']).optional(),
  key_field: z.string().nullable().optional(),
  reducer: z.string().nullable().optional(),
  error_handling: z.enum(['fail_fast', 'continue', 'collect']).optional(),
  max_concurrent_nodes: z.int().min(1).optional(),
  /** Schemas are always enforced here. */
  strict_validation: z.boolean().optional(),
  default_node_timeout: duration({ min: 1, max: MAX_RUN_MS }).nullable().optional(),
});

export type CompositeSpec = z.infer<typeof compositeSchema>;

const LOOP_KEYS = ['body', 'body_pipeline', 'collect', 'key_field', 'reducer', 'error_handling'];
const GRAPH_KEYS = ['mode', 'max_concurrent_nodes', 'strict_validation', 'default_node_timeout'];

/** The keys that mean something in each mode. */
export const MODE_KEYS: Readonly<Record<CompositeMode, ReadonlySet<string>>> = {
  while: new Set([...GRAPH_KEYS, ...LOOP_KEYS, 'condition', 'initial_state', 'state_update', 'max_iterations']),
  'for-each': new Set([...GRAPH_KEYS, ...LOOP_KEYS, 'items', 'item_var', 'index_var', 'concurrency']),
  times: new Set([...GRAPH_KEYS, ...LOOP_KEYS, 'count', 'index_var', 'concurrency']),
  'if-else': new Set([...GRAPH_KEYS, 'condition', 'body', 'then_body', 'body_pipeline', 'else_body']),
  switch: new Set([...GRAPH_KEYS, 'branches', 'else_body', 'else_action', 'route_downstream']),
};

/** The keys that each mode cannot do without. */
export const REQUIRED_KEYS: Readonly<Record<CompositeMode, readonly (keyof CompositeSpec)[]>> = {
  while: ['condition'],
  'for-each': ['items'],
  times: ['count'],
  'if-else': ['condition'],
  switch: ['branches'],
};
