import { HexdagError } from '../errors.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { FailureRecord } from '../ports/run-store.ts';
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
  if (thrown instanceof HexdagError) {
    const { name, code, message, retryable, retryAfterMs } = thrown;
    return { type: name, code, message: cut(message), retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  if (thrown instanceof Error) return { type: thrown.name, code: 'step_failed', message: cut(thrown.message), retryable: true };
  return { type: 'Error', code: 'step_failed', message: cut(String(thrown)), retryable: true };
}

function cut(message: string): string {
  return message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS - 1)}…` : message;
}

/** True if a node failed and none handles it: no further node starts, and the run fails when what is in flight has ended. */
export function isFailing(plan: Plan, outcomes: ReadonlyMap<string, NodeOutcome>): boolean {
  return unhandledFailures(plan, outcomes).length > 0;
}

/** The failure of the run: the first node's, with every failed node named in the message. */
export function runFailure(plan: Plan, outcomes: ReadonlyMap<string, NodeOutcome>): FailureRecord {
  const failures = unhandledFailures(plan, outcomes);
  const message = failures.map(({ node, type, message }) => `Node '${node}' (${type}): ${message}`).join('; ');
  const [first] = failures;
  if (first === undefined) throw new Error('A run without a failed node has no failure.');
  return { ...first, message: cut(message) };
}

function unhandledFailures(plan: Plan, outcomes: ReadonlyMap<string, NodeOutcome>): FailureRecord[] {
  return plan.nodes.flatMap((node) => {
    const error = outcomes.get(node.name)?.error;
    return error === undefined || node.onError !== undefined ? [] : [{ ...error, node: node.name }];
  });
}
