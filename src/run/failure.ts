import { HexdagError, isHexdagError } from '../errors.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import type { FailureRecord } from '../ports/run-store.ts';
import type { Readable } from './layered-map.ts';
import type { NodeOutcome } from './outcome.ts';

/** Longer messages are cut: records and events must bear them. */
const MAX_MESSAGE_CHARACTERS = 4_096;

/** An attempt took longer than its node allows. */
export class NodeTimeoutError extends HexdagError {
  readonly code = 'node_timeout';
  readonly retryable = true;

  constructor(node: string, timeoutMs: number) {
    super(`Node '${node}' did not finish within ${timeoutMs / 1000} s. Raise its 'timeout', or do less in one step.`);
  }
}

/**
 * What a node threw, as a record. An error that does not say whether trying again may help counts as transient: a pipeline's
 * `max_retries` asks for retries without naming kinds of errors.
 */
export function failureOf(thrown: unknown): FailureRecord {
  if (isHexdagError(thrown)) {
    const { name, code, message, retryable, retryAfterMs } = thrown;
    return { type: name, code, message: cut(message), retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (thrown instanceof Error) return { type: thrown.name, code: 'step_failed', message: cut(thrown.message), retryable: true };
  return { type: 'Error', code: 'step_failed', message: cut(String(thrown)), retryable: true };
}

function cut(message: string): string {
  return message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…` : message;
}

/** True if a node of a graph failed and none handles it: no further node starts, and the graph fails when what is in flight has ended. */
export function isFailing(nodes: readonly PlanNode[], outcomes: Readable<NodeOutcome>, prefix = ''): boolean {
  return nodes.some((node) => node.onError === undefined && outcomes.get(prefix + node.name)?.error !== undefined);
}

/** The failure of a graph: the first node's, with every failed node named in the message. */
export function graphFailure(nodes: readonly PlanNode[], outcomes: Readable<NodeOutcome>, prefix = ''): FailureRecord {
  const failures = nodes.flatMap(({ name, onError }) => {
    const error = onError === undefined ? outcomes.get(prefix + name)?.error : undefined;
    return error === undefined ? [] : [{ name, error }];
  });
  const message = failures.map(({ name, error }) => `Node '${name}' (${error.type}): ${error.message}`).join('; ');
  const [first] = failures;
  if (first === undefined) throw new Error('A graph without a failed node has no failure.');
  return { ...first.error, node: prefix + first.name, message: cut(message) };
}
