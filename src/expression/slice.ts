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
  const { length } = items;
  const clamp = (bound: number, low: number, high: number) => Math.min(Math.max(bound < 0 ? bound + length : bound, low), high);
  const picked: Item[] = [];
  const forwards = step > 0;
  const first = start === undefined ? (forwards ? 0 : length - 1) : clamp(start, forwards ? 0 : -1, forwards ? length : length - 1);
  const end = stop === undefined ? (forwards ? length : -1) : clamp(stop, forwards ? 0 : -1, forwards ? length : length - 1);
  for (let index = first; forwards ? index < end : index > end; index += step) {
    const item = items[index];
    if (item !== undefined) picked.push(item);
  }
  return picked;
}
