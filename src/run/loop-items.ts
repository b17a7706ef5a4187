import { evaluate, parseExpression } from '../expression/expression.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { LOOP_ITEMS } from '../limits.ts';
import type { FailureRecord } from '../ports/run-store.ts';
import { collect } from './collect.ts';
import type { CompositeRun, CompositeState } from './composite.ts';

/** `for-each` and `times`: the body once for each item, up to `concurrency` at a time. All are attempted, whatever fails. */
export function walkItems(run: CompositeRun): CompositeState {
  const items = itemsOf(run);
  if (!Array.isArray(items)) return { kind: 'failed', error: items };
  const attempted = attempt(run, items);
  if (attempted === undefined) return { kind: 'open' };

  const { results, errors } = attempted;
  const [first] = errors;
  if (first !== undefined && run.spec.error_handling === 'fail_fast') return { kind: 'failed', error: { ...first.error } };
  const metadata = {
    mode: run.spec.mode,
    iterations: items.length,
    stopped_by: 'exhausted',
    successful: items.length - errors.length,
    failed: errors.length,
    errors: errors.length === 0 ? null : errors.map(({ index, error }) => ({ index, error: error.message })),
  };
  return collected(run, results, metadata);
}

/** The loop's end, once its results are put together. */
export function collected(run: CompositeRun, results: readonly JsonValue[], metadata: JsonObject): CompositeState {
  const { collect: how, key_field: keyField, reducer } = run.spec;
  const value = collect(how, results, keyField);
  if (how !== 'reduce' || reducer === undefined) return { kind: 'done', result: value, metadata };
  const reduced = run.reduce(reducer, value);
  if (reduced.kind !== 'done') return reduced;
  return { kind: 'done', result: reduced.value, metadata };
}

interface Attempted {
  readonly results: readonly JsonValue[];
  readonly errors: readonly { readonly index: number; readonly error: FailureRecord }[];
}

/** Undefined while an item is open. */
function attempt(run: CompositeRun, items: readonly JsonValue[]): Attempted | undefined {
  const own = run.ownItem(items.length);
  if (own !== undefined) {
    run.enterOnce(own, () => itemNames(run, own, items[own] ?? null, items.length));
    return undefined;
  }
  const results: JsonValue[] = [];
  const errors: { index: number; error: FailureRecord }[] = [];
  let open = 0;
  for (const [index, item] of items.entries()) {
    const state = run.enterOnce(index, () => itemNames(run, index, item, items.length));
    if (state.kind === 'failed') errors.push({ index, error: state.error });
    if (state.kind === 'open') open += 1;
    if (open >= run.spec.concurrency) return undefined;
    results.push(state.kind === 'done' ? state.value : null);
  }
  return open > 0 ? undefined : { results, errors };
}

function itemNames({ spec }: CompositeRun, index: number, item: JsonValue, total: number): JsonObject {
  const position = { $index: index, $total: total, $is_first: index === 0, $is_last: index === total - 1 };
  if (spec.mode === 'times') return { ...position, [spec.index_var]: index };
  return { $item: item, ...position, [spec.item_var]: item, [spec.index_var]: index };
}

/** The list to go through, or why there is none. */
function itemsOf(run: CompositeRun): JsonValue[] | FailureRecord {
  const { mode, count, items: source } = run.spec;
  if (mode === 'times') return count > LOOP_ITEMS ? tooMany(run, count) : Array.from({ length: count }, (_, index) => index);
  const value =
    typeof source === 'string' ? evaluate(parseExpression(source), run.lookup({}), { now: run.frame.startedAt }) : source;
  const items = Array.isArray(value)
    ? value
    : isJsonObject(value)
      ? Object.keys(value)
      : typeof value === 'string'
        ? [...value]
        : null;
  if (items === null) {
    const message = `'items' of node '${run.node.name}' is no list: ${JSON.stringify(value)}. Give a list or a mapping.`;
    return { type: 'TypeError', code: 'items_not_iterable', message, retryable: false };
  }
  return items.length > LOOP_ITEMS ? tooMany(run, items.length) : items;
}

function tooMany(run: CompositeRun, count: number): FailureRecord {
  const message = `Node '${run.node.name}' would go through ${count} items; at most ${LOOP_ITEMS} are allowed. Split the list.`;
  return { type: 'LoopLimitError', code: 'loop_limit', message, retryable: false };
}
