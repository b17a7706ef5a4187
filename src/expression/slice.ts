import type { Runtime } from './runtime.ts';
import { characters } from './text.ts';
import { isInteger, isList, typeName, type Value } from './values.ts';

/** `container[start:stop:step]` of a list or text; null stands for a bound that is left out. */
export function slice(container: Value, bounds: readonly [start: Value, stop: Value, step: Value], runtime: Runtime): Value {
  if (typeof container !== 'string' && !isList(container)) {
    throw runtime.error('type_error', `A part of ${typeName(container)} cannot be taken.`);
  }
  const [start, stop, step] = bounds.map((bound) => boundOf(bound, runtime));
  if (typeof container === 'string') runtime.spendText(container.length);
  const items = typeof container === 'string' ? characters(container) : container;
  runtime.spendItems(items.length);
  const part = pick<Value>(items, start, stop, step ?? 1, runtime);
  return typeof container === 'string' ? part.join('') : part;
}

function boundOf(bound: Value, runtime: Runtime): number | undefined {
  if (bound === null) return undefined;
  if (isInteger(bound)) return Number(bound);
  throw runtime.error('type_error', `The bounds of a part must be whole numbers, not ${typeName(bound)}.`);
}

function pick<Item>(
  items: readonly Item[],
  start: number | undefined,
  stop: number | undefined,
  step: number,
  runtime: Runtime,
): readonly Item[] {
  if (step === 0) throw runtime.error('value_error', 'The step of a part cannot be zero.');
  if (step === 1) return items.slice(start, stop);
  // Walking backwards begins at the last item and may end before the first one.
  const [low, high] = step > 0 ? [0, items.length] : [-1, items.length - 1];
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + items.length : bound, low), high);
  const first = start === undefined ? (step > 0 ? low : high) : clamp(start);
  const end = stop === undefined ? (step > 0 ? high : low) : clamp(stop);
  const count = Math.max(0, Math.ceil((end - first) / step));
  return Array.from({ length: count }, (_, index) => first + index * step).flatMap((index) => items.slice(index, index + 1));
}
