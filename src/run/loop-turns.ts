import { evaluate, parseExpression } from '../expression/expression.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { CompositeRun, CompositeState } from './composite.ts';
import { collected } from './loop-items.ts';

/** `while`: the body again and again as long as the condition holds, with a state that goes from turn to turn. */
export function walkTurns(run: CompositeRun): CompositeState {
  const { spec, walk } = run;
  let turns = run.frame.turns ?? 0;
  let state: JsonObject = run.frame.state ?? spec.initial_state;
  let stoppedBy: 'condition' | 'limit' | undefined;
  while (stoppedBy === undefined) {
    if (turns >= spec.max_iterations) stoppedBy = 'limit';
    else if (!run.holds(spec.condition, { state, iteration: turns, $index: turns, $body: bodyOf(run, turns - 1) }))
      stoppedBy = 'condition';
    else {
      const bound = { state, iteration: turns, $index: turns, $item: null };
      const hasBody = run.node.bodies?.['body'] !== undefined;
      const turn = hasBody ? run.enterOnce(turns, () => bound) : run.passOver(turns, state);
      if (turn.kind === 'open') return { kind: 'open' };
      if (turn.kind === 'failed' && spec.error_handling === 'fail_fast') return { kind: 'failed', error: turn.error };
      state = updated(run, state, turns);
      turns += 1;
      walk.setFrame({ ...run.frame, turns, state });
    }
  }
  return end(run, turns, state, stoppedBy);
}

/** The state after a turn: what `state_update` says, each seeing the ones before, and the number of turns. */
function updated(run: CompositeRun, before: JsonObject, turn: number): JsonObject {
  let state = before;
  for (const [name, source] of run.spec.state_update) {
    const bound = { state, iteration: turn, $index: turn, $body: bodyOf(run, turn) };
    const value =
      typeof source === 'string' ? evaluate(parseExpression(source), run.lookup(bound), { now: run.frame.startedAt }) : source;
    state = { ...state, [name]: value };
  }
  return { ...state, iteration: turn + 1 };
}

function bodyOf(run: CompositeRun, turn: number): JsonValue {
  return turn < 0 ? null : run.walk.resultOf(run.bodyPath(turn));
}

function end(run: CompositeRun, turns: number, state: JsonObject, stoppedBy: string): CompositeState {
  const results: JsonValue[] = [];
  const errors: JsonObject[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const error = run.walk.outcomeOf(run.bodyPath(turn))?.error;
    if (error !== undefined) errors.push({ iteration: turn, error: error.message });
    if (error === undefined || run.spec.error_handling === 'continue') results.push(bodyOf(run, turn));
  }
  const metadata = {
    mode: 'while',
    iterations: turns,
    stopped_by: stoppedBy,
    successful: turns - errors.length,
    failed: errors.length,
    errors: errors.length === 0 ? null : errors,
    final_state: state,
  };
  return collected(run, results, metadata);
}
