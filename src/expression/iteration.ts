import type { Runtime } from './runtime.ts';
import { characters } from './text.ts';
import { isList, isMapping, Missing, SetValue, typeName, type Value } from './values.ts';

/** What a `for` walks over: the items of a list or set, the keys of a mapping, the characters of a text. */
export function itemsOf(value: Value, runtime: Runtime): readonly Value[] {
  const items = iterable(value, runtime);
  runtime.spendItems(items.length);
  return items;
}

function iterable(value: Value, runtime: Runtime): readonly Value[] {
  if (isList(value)) return value;
  if (typeof value === 'string') {
    runtime.spendText(value.length);
    return characters(value);
  }
  if (value instanceof SetValue) return [...value.items.values()];
  if (isMapping(value)) return Object.keys(value);
  if (value instanceof Missing) throw runtime.error('name_unknown', `Name '${value.name}' is not known here.`);
  throw runtime.error('type_error', `${typeName(value)} holds no items.`);
}
