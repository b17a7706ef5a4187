import { sortItems, toEntry, toMapping, toSet } from './collections.ts';
import { decimalToNumber, parseDecimal, roundDecimal } from './decimal.ts';
import { compare } from './equality.ts';
import { formatValue } from './format-spec.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { itemsOf } from './iteration.ts';
import { DECIMAL_STEPS, FORMAT_STEPS } from './limits.ts';
import { floatResult, integerResult, roundNumber } from './numbers.ts';
import { arithmetic } from './operators.ts';
import type { Runtime } from './runtime.ts';
import { textLength, toText } from './text.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { isoTime, parseTime } from './time.ts';
import {
  DecimalValue,
  floatValue,
  isInteger,
  isList,
  isMapping,
  isTruthy,
  Missing,
  numberOf,
  SetValue,
  typeName,
  type Value,
} from './values.ts';

function define(
  signature: readonly [parameters: readonly string[], required: number],
  call: FunctionDefinition['call'],
  options: Pick<FunctionDefinition, 'rest' | 'named' | 'acceptsMissing'> = {},
): FunctionDefinition {
  const [parameters, required] = signature;
  return { parameters, required, ...options, call };
}

const ONE = [['x'], 1] as const;

export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map<string, FunctionDefinition>([
  ...TEXT_FUNCTIONS,
  ['now', define([[], 0], (_args, runtime) => isoTime(runtime.now))],
  ['utcnow', define([[], 0], (_args, runtime) => isoTime(runtime.now))],
  ['timestamp', define([['dt'], 0], ([time], runtime) => toTimestamp(time, runtime))],

  ['int', define([['x', 'base'], 0], ([value = 0, base], runtime) => toInteger(value, base, runtime))],
  ['float', define([['x'], 0], ([value = 0], runtime) => toFloat(value, runtime))],
  ['bool', define([['x'], 0], ([value = false]) => isTruthy(value), { acceptsMissing: true })],
  ['Decimal', define([['value'], 0], ([value = 0], runtime) => toDecimal(value, runtime))],
  ['abs', define(ONE, ([value = null], runtime) => arithmetic(isNegative(value, runtime) ? '-' : '+', 0, value, runtime))],
  ['round', define([['number', 'ndigits'], 1], ([value = null, places], runtime) => round(value, places, runtime))],
  ['pow', define([['base', 'exp'], 2], ([base = null, exponent = null], runtime) => arithmetic('**', base, exponent, runtime))],
  ['min', define([[], 0], (args, runtime, named) => extreme(-1, args, named, runtime), { rest: true, named: ['default'] })],
  ['max', define([[], 0], (args, runtime, named) => extreme(1, args, named, runtime), { rest: true, named: ['default'] })],
  [
    'sum',
    define([['items', 'start'], 1], ([items = null, start = 0], runtime) =>
      itemsOf(items, runtime).reduce((total, item) => arithmetic('+', total, item, runtime), start),
    ),
  ],

  ['len', define(ONE, ([value = null], runtime) => lengthOf(value, runtime))],
  ['all', define(ONE, ([items = null], runtime) => itemsOf(items, runtime).every(isTruthy))],
  ['any', define(ONE, ([items = null], runtime) => itemsOf(items, runtime).some(isTruthy))],
  [
    'sorted',
    define(
      ONE,
      ([items = null], runtime, { reverse = false }) => sortItems(itemsOf(items, runtime), isTruthy(reverse), runtime),
      {
        named: ['reverse'],
      },
    ),
  ],
  ['reversed', define(ONE, ([items = null], runtime) => [...itemsOf(items, runtime)].reverse())],
  ['list', define([['x'], 0], ([items = []], runtime) => [...itemsOf(items, runtime)])],
  ['tuple', define([['x'], 0], ([items = []], runtime) => [...itemsOf(items, runtime)])],
  ['set', define([['x'], 0], ([items = []], runtime) => toSet(itemsOf(items, runtime), runtime))],
  ['dict', define([['x'], 0], ([value = {}], runtime, named) => toDict(value, named, runtime), { named: 'any' })],
  ['range', define([['start', 'stop', 'step'], 1], (args, runtime) => range(args, runtime))],
  ['zip', define([[], 0], (args, runtime) => zip(args, runtime), { rest: true })],

  [
    'default',
    define([['val', 'default'], 2], ([value = null, fallback = null]) => (isNothing(value) ? fallback : value), {
      acceptsMissing: true,
    }),
  ],
  [
    'coalesce',
    define([[], 0], (args) => args.find((value = null) => !isNothing(value)) ?? null, { rest: true, acceptsMissing: true }),
  ],
  ['isnone', define(ONE, ([value = null]) => isNothing(value), { acceptsMissing: true })],
  ['isempty', define(ONE, ([value = null]) => isEmpty(value), { acceptsMissing: true })],
  [
    'format',
    define([['value', 'spec'], 1], ([value = null, spec = ''], runtime) => formatValue(value, toText(spec, runtime), runtime)),
  ],
]);

function isNothing(value: Value): boolean {
  return value === null || value instanceof Missing;
}

function isEmpty(value: Value): boolean {
  return isNothing(value) || ((typeof value === 'string' || typeof value === 'object') && !isNumeric(value) && !isTruthy(value));
}

function isNumeric(value: Value): boolean {
  return numberOf(value) !== undefined || value instanceof DecimalValue;
}

function isNegative(value: Value, runtime: Runtime): boolean {
  const order = compare(value, 0, runtime);
  if (order === undefined) throw runtime.error('type_error', `abs() does not work on ${typeName(value)}.`);
  return order < 0;
}

/** Seconds since 1970 of a time as `now()` gives it; without an argument, of the present. */
function toTimestamp(time: Value | undefined, runtime: Runtime): Value {
  if (time === undefined) return floatValue(runtime.now / 1000);
  if (typeof time !== 'string' || !/^\d{4}-\d\d-\d\d/.test(time)) return toFloat(time, runtime);
  const milliseconds = parseTime(time);
  if (Number.isNaN(milliseconds)) throw runtime.error('value_error', 'timestamp() needs an ISO 8601 time or a number.');
  return floatValue(milliseconds / 1000);
}

function lengthOf(value: Value, runtime: Runtime): number {
  if (typeof value === 'string') return textLength(value);
  if (isList(value)) return value.length;
  if (value instanceof SetValue) return value.items.size;
  if (isMapping(value)) {
    const { length } = Object.keys(value);
    runtime.spend(length);
    return length;
  }
  throw runtime.error('type_error', `${typeName(value)} has no length.`);
}

function toInteger(value: Value, base: Value | undefined, runtime: Runtime): number {
  if (base !== undefined) return parseInteger(value, base, runtime);
  if (typeof value === 'string') return parseInteger(value, 10, runtime);
  const number = value instanceof DecimalValue ? decimalToNumber(value.value) : numberOf(value);
  if (number === undefined) throw runtime.error('type_error', `int() does not work on ${typeName(value)}.`);
  return integerResult(Math.trunc(number), runtime);
}

function parseInteger(value: Value, base: Value, runtime: Runtime): number {
  const radix = isInteger(base) ? Number(base) : 0;
  if (typeof value !== 'string' || radix < 2 || radix > 36)
    throw runtime.error('type_error', 'int() needs a text and a base of 2 … 36.');
  runtime.spendText(value.length);
  const text = value
    .trim()
    .replace(/(?<=[0-9a-z])_(?=[0-9a-z])/gi, '')
    .toLowerCase();
  const digits = text.replace(/^[-+]/, '');
  const allowed = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, radix);
  if (digits === '' || [...digits].some((digit) => !allowed.includes(digit))) {
    throw runtime.error('value_error', 'int() needs a text of digits.');
  }
  const magnitude = integerResult(Number.parseInt(digits, radix), runtime);
  return text.startsWith('-') ? -magnitude : magnitude;
}

function toFloat(value: Value, runtime: Runtime): Value {
  if (typeof value === 'string') {
    runtime.spendText(value.length);
    const text = value.trim();
    if (!/^[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(text))
      throw runtime.error('value_error', 'float() needs a text of a number.');
    return floatResult(Number(text.replaceAll('_', '')), runtime);
  }
  const number = value instanceof DecimalValue ? decimalToNumber(value.value) : numberOf(value);
  if (number === undefined) throw runtime.error('type_error', `float() does not work on ${typeName(value)}.`);
  return floatResult(number, runtime);
}

function toDecimal(value: Value, runtime: Runtime): Value {
  if (value instanceof DecimalValue) return value;
  const text = typeof value === 'string' ? value : String(numberOf(value) ?? '');
  runtime.spend(DECIMAL_STEPS);
  runtime.spendText(text.length);
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw runtime.error('value_error', 'Decimal() needs a number, or a text of one.');
  return new DecimalValue(decimal);
}

function round(value: Value, places: Value | undefined, runtime: Runtime): Value {
  const digits = places === undefined || places === null ? undefined : placesOf(places, runtime);
  runtime.spend(FORMAT_STEPS);
  if (value instanceof DecimalValue) {
    runtime.spend(DECIMAL_STEPS);
    const rounded = roundDecimal(value.value, digits ?? 0);
    return digits === undefined ? integerResult(decimalToNumber(rounded), runtime) : new DecimalValue(rounded);
  }
  const number = numberOf(value);
  if (number === undefined) throw runtime.error('type_error', `round() does not work on ${typeName(value)}.`);
  const rounded = roundNumber(number, digits ?? 0);
  return digits === undefined || isInteger(value) ? integerResult(rounded, runtime) : floatResult(rounded, runtime);
}

function placesOf(value: Value, runtime: Runtime): number {
  if (isInteger(value) && Math.abs(Number(value)) <= 100) return Number(value);
  throw runtime.error('type_error', 'round() needs a whole number of digits, at most 100.');
}

function extreme(
  sign: 1 | -1,
  args: readonly (Value | undefined)[],
  named: Readonly<Record<string, Value>>,
  runtime: Runtime,
): Value {
  const [first = null, ...others] = args;
  const items = others.length === 0 ? itemsOf(first, runtime) : args.filter((value) => value !== undefined);
  let best = items[0];
  if (best === undefined) {
    const fallback = named['default'];
    if (fallback === undefined) throw runtime.error('value_error', 'min() and max() need at least one item, or default=….');
    return fallback;
  }
  for (const item of items.slice(1)) {
    const order = compare(item, best, runtime);
    if (order === undefined) throw runtime.error('type_error', `${typeName(item)} and ${typeName(best)} cannot be ordered.`);
    if (order * sign > 0) best = item;
  }
  return best;
}

function toDict(value: Value, named: Readonly<Record<string, Value>>, runtime: Runtime): Value {
  const entries = isMapping(value) ? Object.entries(value) : itemsOf(value, runtime).map((item) => toEntry(item, runtime));
  return toMapping([...entries, ...Object.entries(named)], runtime);
}

function range(args: readonly (Value | undefined)[], runtime: Runtime): Value {
  const given = args.filter((value) => value !== undefined);
  const numbers = given.map((value) => {
    if (!isInteger(value)) throw runtime.error('type_error', 'range() needs whole numbers.');
    return Number(value);
  });
  const [first = 0, second, step = 1] = numbers;
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw runtime.error('value_error', 'range() needs a step other than zero.');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  runtime.spendItems(length);
  return Array.from({ length }, (_, index) => start + index * step);
}

function zip(args: readonly (Value | undefined)[], runtime: Runtime): Value {
  const lists = args.map((value = null) => itemsOf(value, runtime));
  const length = lists.length === 0 ? 0 : Math.min(...lists.map((list) => list.length));
  return Array.from({ length }, (_, index) => lists.map((list) => list[index] ?? null));
}

export const FUNCTION_NAMES: ReadonlySet<string> = new Set(FUNCTIONS.keys());
