import { equals } from './equality.ts';
import { itemsOf } from './iteration.ts';
import { mappingKey } from './operators.ts';
import type { Runtime } from './runtime.ts';
import { characters } from './text.ts';
import { formatFields } from './text-format.ts';
import { hasAffix, joinTexts, replaceText, splitText, stripText, textOf } from './text-functions.ts';
import { isInteger, isList, isMapping, type Mapping, SetValue, typeName, type Value } from './values.ts';

interface Arguments {
  readonly args: readonly Value[];
  readonly named: Readonly<Record<string, Value>>;
  readonly runtime: Runtime;
}

interface Method {
  readonly onText?: (text: string, call: Arguments) => Value;
  readonly onList?: (list: readonly Value[], call: Arguments) => Value;
  readonly onMapping?: (mapping: Mapping, call: Arguments) => Value;
  readonly maxArguments: number;
  readonly minArguments?: number;
}

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'get',
    {
      minArguments: 1,
      maxArguments: 2,
      onMapping: (mapping, { args: [key = null, fallback = null] }) => getItem(mapping, key) ?? fallback,
    },
  ],
  ['keys', { maxArguments: 0, onMapping: (mapping) => Object.keys(mapping) }],
  ['values', { maxArguments: 0, onMapping: (mapping) => Object.values(mapping) }],
  ['items', { maxArguments: 0, onMapping: (mapping) => Object.entries(mapping) }],
  ['copy', { maxArguments: 0, onMapping: (mapping) => mapping, onList: (list) => list }],
  ['upper', { maxArguments: 0, onText: (text) => text.toUpperCase() }],
  ['lower', { maxArguments: 0, onText: (text) => text.toLowerCase() }],
  ['strip', { maxArguments: 1, onText: (text, call) => stripText(text, stripped(call), 'both') }],
  ['lstrip', { maxArguments: 1, onText: (text, call) => stripText(text, stripped(call), 'start') }],
  ['rstrip', { maxArguments: 1, onText: (text, call) => stripText(text, stripped(call), 'end') }],
  [
    'split',
    {
      maxArguments: 2,
      onText: (text, { args: [separator, limit], named, runtime }) =>
        splitText(text, separator ?? named['sep'] ?? null, limit ?? named['maxsplit'] ?? null, runtime),
    },
  ],
  [
    'replace',
    {
      minArguments: 2,
      maxArguments: 3,
      onText: (text, { args: [from = null, to = null, limit = null], runtime }) => replaceText(text, from, to, limit, runtime),
    },
  ],
  [
    'startswith',
    {
      minArguments: 1,
      maxArguments: 1,
      onText: (text, { args: [prefix = null], runtime }) => hasAffix(text, prefix, 'start', runtime),
    },
  ],
  [
    'endswith',
    {
      minArguments: 1,
      maxArguments: 1,
      onText: (text, { args: [suffix = null], runtime }) => hasAffix(text, suffix, 'end', runtime),
    },
  ],
  [
    'join',
    { minArguments: 1, maxArguments: 1, onText: (text, { args: [items = null], runtime }) => joinItems(text, items, runtime) },
  ],
  [
    'format',
    {
      maxArguments: Number.POSITIVE_INFINITY,
      onText: (text, { args, named, runtime }) => formatFields(text, args, named, runtime),
    },
  ],
  ['count', { minArguments: 1, maxArguments: 1, onText: countText, onList: countItems }],
  ['find', { minArguments: 1, maxArguments: 1, onText: findText }],
  ['index', { minArguments: 1, maxArguments: 1, onText: indexOfText, onList: indexOfItem }],
]);

export const METHOD_NAMES: readonly string[] = [...METHODS.keys()];

/** Why a call cannot be right, whatever the receiver is; undefined if it can. */
export function methodArgumentProblem(name: string, count: number): string | undefined {
  const method = METHODS.get(name);
  if (method === undefined || (count >= (method.minArguments ?? 0) && count <= method.maxArguments)) return undefined;
  return `'.${name}()' takes ${method.minArguments ?? 0} to ${method.maxArguments} plain arguments, not ${count}.`;
}

/** `receiver.name(…)`; the receiver is not null. */
export function callMethod(receiver: Value, name: string, call: Arguments): Value {
  const method = METHODS.get(name);
  if (typeof receiver === 'string' && method?.onText !== undefined) {
    call.runtime.spendText(receiver.length);
    return method.onText(receiver, call);
  }
  if (isList(receiver) && method?.onList !== undefined) {
    call.runtime.spendItems(receiver.length);
    return method.onList(receiver, call);
  }
  if (isMapping(receiver) && method?.onMapping !== undefined) {
    const result = method.onMapping(receiver, call);
    if (isList(result)) call.runtime.spendItems(result.length);
    return result;
  }
  if (receiver instanceof SetValue && name === 'copy') return receiver;
  throw call.runtime.error('type_error', `${typeName(receiver)} has no method '${name}'.`);
}

function getItem(mapping: Mapping, key: Value): Value | undefined {
  const name = mappingKey(key);
  return name !== undefined && Object.hasOwn(mapping, name) ? mapping[name] : undefined;
}

function stripped({ args: [characters = null], runtime }: Arguments): string | undefined {
  return characters === null ? undefined : textOf(characters, 'strip()', runtime);
}

function joinItems(separator: string, items: Value, runtime: Runtime): string {
  const texts = itemsOf(items, runtime).map((item) => textOf(item, "'.join()'", runtime));
  return joinTexts(separator, texts, runtime);
}

function countText(text: string, { args: [part = null], runtime }: Arguments): Value {
  const wanted = textOf(part, 'count()', runtime);
  const count = wanted === '' ? characters(text).length + 1 : text.split(wanted).length - 1;
  runtime.spend(count);
  return count;
}

function countItems(list: readonly Value[], { args: [wanted = null], runtime }: Arguments): Value {
  return list.filter((item) => equals(item, wanted, runtime)).length;
}

function findText(text: string, { args: [part = null], runtime }: Arguments): number {
  const index = text.indexOf(textOf(part, 'find()', runtime));
  return index < 0 ? -1 : characters(text.slice(0, index)).length;
}

function indexOfText(text: string, call: Arguments): Value {
  const index = findText(text, call);
  if (index < 0) throw call.runtime.error('value_error', 'index() did not find the text.');
  return index;
}

function indexOfItem(list: readonly Value[], { args: [wanted = null], runtime }: Arguments): Value {
  const index = list.findIndex((item) => equals(item, wanted, runtime));
  if (index < 0 || !isInteger(index)) throw runtime.error('value_error', 'index() did not find the item.');
  return index;
}
