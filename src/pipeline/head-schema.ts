import { z } from 'zod';
import { duration, named, nodeTimeout } from './document-schema.ts';
import { MAX_CONCURRENT_NODES, MAX_RUN_MS } from './limits.ts';

const PIPELINE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;

/** How a pipeline's runs are driven. Times are milliseconds once parsed. */
export const orchestratorSchema = z.looseObject({
  max_concurrent_nodes: z.int().min(1).max(MAX_CONCURRENT_NODES).nullable().optional(),
  strict_validation: z.boolean().nullable().optional(),
  default_node_timeout: nodeTimeout.nullable().optional(),
  pipeline_timeout: duration({ min: 1, max: MAX_RUN_MS }).nullable().optional(),
});

export type OrchestratorSettings = z.infer<typeof orchestratorSchema>;

/** A pipeline apart from its nodes, ports, services and state machines, which have readers of their own. */
export const headSchema = z.looseObject({
  apiVersion: z.string().optional(),
  metadata: z.looseObject({
    name: named(PIPELINE_NAME),
    description: z.string().optional(),
    version: z.preprocess((version) => (Number.isSafeInteger(version) ? String(version) : version), z.string()).optional(),
    namespace: z.string().optional(),
  }),
  spec: z.looseObject({
    nodes: z.array(z.unknown()),
    output: z.record(z.string(), z.string()).optional(),
    input_schema: z.record(z.string(), z.json()).optional(),
    output_schema: z.record(z.string(), z.json()).optional(),
  }),
});

/** Keys of `spec` that have an effect. */
export const SPEC_KEYS: readonly string[] = [
  ...Object.keys(headSchema.shape.spec.shape),
  ...['ports', 'type_ports', 'aliases', 'custom_types', 'services', 'state_machines', 'orchestrator', 'variables', 'secrets'],
];
