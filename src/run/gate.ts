import { ExpressionError } from '../expression/errors.ts';
import { evaluatePredicate, parseExpression } from '../expression/expression.ts';
import type { Lookup } from '../expression/scope.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import { evaluationScope, type Facts, prepareInput } from './data-flow.ts';
import { MappingError } from './mapping-error.ts';

/** What becomes of a node whose turn has come. */
export type GateDecision =
  | { readonly kind: 'run'; readonly input: JsonValue; readonly scope: Lookup }
  /** The marker is the node's result. */
  | { readonly kind: 'skip'; readonly result: JsonObject }
  | { readonly kind: 'fail'; readonly error: { readonly type: string; readonly code: string; readonly message: string } };

/**
 * Decides whether a node runs: its dependencies must not all be skipped, `only_on_error` and `when` must hold, and every required
 * input must be there. A skip of a critical node is a failure.
 */
export function gate(node: PlanNode, facts: Facts): GateDecision {
  if (isUpstreamSkipped(node, facts)) {
    return skip(node, { _skipped: true, _upstream_skipped: true, reason: 'all upstream dependencies were skipped' });
  }
  if (node.onlyOnError && !handlesFailure(node, facts)) {
    return skip(node, { _skipped: true, reason: 'none of the nodes it handles failed' });
  }

  if (node.handlesTimeout !== undefined && !handlesAnything(node, facts)) {
    return skip(node, { _skipped: true, reason: 'none of the nodes it takes over from timed out' });
  }

  try {
    return admit(node, prepareInput(node, facts), facts);
  } catch (error) {
    if (!(error instanceof MappingError || error instanceof ExpressionError)) throw error;
    return { kind: 'fail', error: { type: error.name, code: error.code, message: error.message } };
  }
}

function admit(node: PlanNode, input: JsonValue, facts: Facts): GateDecision {
  const scope = evaluationScope(node, input, facts);
  if (node.when !== undefined && !evaluatePredicate(parseExpression(node.when), scope, { now: facts.now })) {
    return skip(node, { _skipped: true, reason: `when clause '${node.when}' evaluated to False` });
  }

  const missing = node.requiredInputs.filter(
    (name) => !isJsonObject(input) || !Object.hasOwn(input, name) || input[name] === null,
  );
  if (missing.length > 0) {
    const message = `Node '${node.name}' is missing required inputs: ${missing.join(', ')}`;
    return { kind: 'fail', error: { type: 'RequiredInputsError', code: 'required_inputs_missing', message } };
  }
  return { kind: 'run', input, scope };
}

function isUpstreamSkipped(node: PlanNode, facts: Facts): boolean {
  return node.dependencies.length > 0 && node.dependencies.every((name) => isAbsent(name, node, facts));
}

/** A wait that was in vain has a result only for the node that takes over from it. */
function isAbsent(name: string, node: PlanNode, { results }: Facts): boolean {
  const result = results.get(name);
  return hasMarker(result, '_skipped') || (hasMarker(result, '_timeout') && node.handlesTimeout?.includes(name) !== true);
}

function handlesAnything(node: PlanNode, facts: Facts): boolean {
  const timedOut = node.handlesTimeout?.some((name) => hasMarker(facts.results.get(name), '_timeout')) === true;
  return timedOut || node.handles?.some((name) => hasMarker(facts.results.get(name), '_error')) === true;
}

function handlesFailure(node: PlanNode, facts: Facts): boolean {
  return (node.handles ?? node.dependencies).some((name) => hasMarker(facts.results.get(name), '_error'));
}

function hasMarker(result: JsonValue | undefined, marker: '_skipped' | '_error' | '_timeout'): boolean {
  return isJsonObject(result) && Object.hasOwn(result, marker) && result[marker] !== false && result[marker] !== null;
}

function skip(node: PlanNode, result: JsonObject & { readonly reason: string }): GateDecision {
  if (!node.critical) return { kind: 'skip', result };
  const message = `Critical node '${node.name}' was skipped: ${result.reason}`;
  return { kind: 'fail', error: { type: 'CriticalNodeSkippedError', code: 'critical_node_skipped', message } };
}
