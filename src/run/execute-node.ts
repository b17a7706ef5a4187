import type { JsonValue } from '../json.ts';
import type { EffectNodeKind, NodeContext } from '../nodes/node-kind.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import { NodeTimeoutError } from './failure.ts';

/**
 * Runs one attempt of a node under its timeout. When the time is up the step's signal aborts and the attempt counts as failed,
 * whether or not the step listens.
 *
 * @throws NodeTimeoutError, or what the step threw
 */
export async function executeNode(
  kind: EffectNodeKind,
  node: PlanNode,
  input: JsonValue,
  context: Omit<NodeContext, 'signal'>,
): Promise<JsonValue> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new NodeTimeoutError(node.name, node.timeoutMs);
      reject(error);
      abort.abort(error);
    }, node.timeoutMs);
  });
  try {
    return await Promise.race([kind.run(node.spec, input, { ...context, signal: abort.signal }), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
