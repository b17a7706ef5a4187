import type { JsonObject, JsonValue } from '../json.ts';
import type { CompositeRun, CompositeState } from './composite.ts';

/** `if-else` and `switch`: at most one body runs, chosen by conditions. */
export function walkBranches(run: CompositeRun): CompositeState {
  return run.spec.mode === 'if-else' ? walkIfElse(run) : walkSwitch(run);
}

function walkIfElse(run: CompositeRun): CompositeState {
  const holds = run.holds(run.spec.condition, noState(run));
  const branch = holds ? 'then' : 'else';
  const metadata = {
    mode: 'if-else',
    condition_met: holds,
    branch_taken: holds ? 'if' : 'else',
    stopped_by: 'condition',
  };
  return branchEnd(run, branch, { condition_met: holds }, metadata);
}

function walkSwitch(run: CompositeRun): CompositeState {
  const { branches, else_action: elseAction = null } = run.spec;
  const evaluations: boolean[] = [];
  for (const { condition } of branches) {
    const holds = run.holds(condition, noState(run));
    evaluations.push(holds);
    if (holds) break;
  }
  const matched = evaluations.indexOf(true);
  const action = branches[matched]?.action ?? null;
  const metadata = {
    mode: 'switch',
    matched_branch: matched < 0 ? null : matched,
    matched_action: action,
    evaluations,
    has_else: elseAction !== null || run.node.bodies?.['else'] !== undefined,
    stopped_by: matched < 0 ? 'else' : 'branch_matched',
  };
  return branchEnd(run, matched < 0 ? 'else' : String(matched), matched < 0 ? elseAction : action, metadata);
}

/** Conditions may speak of a state that only loops have. */
function noState({ data }: CompositeRun): JsonObject {
  return Object.hasOwn(data, 'state') ? {} : { state: {} };
}

/** What the chosen body gave; without one, what stands for the branch. */
function branchEnd(run: CompositeRun, key: string, withoutBody: JsonValue, metadata: JsonObject): CompositeState {
  if (run.node.bodies?.[key] === undefined) return { kind: 'done', result: withoutBody, metadata };
  const state = run.enter(key, key, {});
  if (state.kind !== 'done') return state;
  return { kind: 'done', result: state.value, metadata };
}
