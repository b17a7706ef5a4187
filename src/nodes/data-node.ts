import { z } from 'zod';
import { toLookup } from '../expression/scope.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Evaluation, PureNodeKind } from './node-kind.ts';
import { renderLeaves } from './render-leaves.ts';

const schema = z.object({
  /** The result. Templates in its texts are rendered, its shape is kept. */
  output: z.record(z.string(), z.json()),
});

/** Gives constants and rendered texts. */
export const dataNode: PureNodeKind = {
  kind: 'data_node',
  aliases: ['core:data_node', 'static_node', 'core:static_node'],
  schema,
  role: 'pure',
  evaluate,
};

function evaluate(spec: JsonObject, { scope }: Evaluation): JsonValue {
  return renderLeaves(spec['output'] ?? {}, toLookup(scope));
}
