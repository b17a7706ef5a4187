import { compare, identityKey } from './equality.ts';
import { mappingKey } from './operators.ts';
import type { Runtime } from './runtime.ts';
import { isList, type Mapping, SetValue, typeName, type Value } from './values.ts';

/** A set of the items, each kept at its first place. */
export function toSet(items: Iterable<Value>, runtime: Runtime): SetValue {
  const kept = new Map<string, Value>();
  for (const item of items) {
    const key = identityKey(item, runtime);
    if (key === undefined) throw runtime.error('type_error', `A set cannot hold a ${typeName(item)}.`);
    if (!kept.has(key)) kept.set(key, item);
    runtime.spendItems(0);
  }
  runtime.spendItems(kept.size);
  return new SetValue(kept);
}

/** A mapping of the entries; a later one replaces an earlier one of the same key. */
export function toMapping(entries: Iterable<readonly [Value, Value]>, runtime: Runtime): Mapping {
  const mapping: Record<string, Value> = {};
  for (const [key, value] of entries) {
    const name = mappingKey(key);
    if (name === undefined) throw runtime.error('type_error', `A ${typeName(key)} cannot be a key.`);
    if (name === '__proto__') throw runtime.error('no_such_key', `'${name}' cannot be a key.`);
    mapping[name] = value;
    runtime.spend(1);
  }
  return mapping;
}

/** The two halves of an item that stands for an entry, as `dict([[key, value]])` takes it. */
export function toEntry(item: Value, runtime: Runtime): readonly [Value, Value] {
  const [key, value, ...more] = isList(item) ? item : [];
  if (key === undefined || value === undefined || more.length > 0) {
    throw runtime.error('type_error', 'dict() needs a mapping, or a list of pairs.');
  }
  return [key, value];
}

/** The items in ascending order; equal ones keep theirs. */
export function sortItems(items: readonly Value[], reverse: boolean, runtime: Runtime): readonly Value[] {
  const direction = reverse ? -1 : 1;
  return [...items].sort((a, b) => {
    runtime.spend(1);
    const order = compare(a, b, runtime);
    if (order === undefined) throw runtime.error('type_error', `${typeName(a)} and ${typeName(b)} cannot be ordered.`);
    return direction * order;
  });
}
