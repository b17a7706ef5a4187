import type { JsonValue } from '../json.ts';
import { decimalToNumber, decimalToText } from './decimal.ts';
import type { Runtime } from './runtime.ts';
import { floatText } from './text.ts';
import { DecimalValue, isList, isMapping, Missing, SetValue, type Value, WholeFloat } from './values.ts';

/** The result of an expression as JSON. Sets become lists; a Decimal becomes a number if that keeps every digit. */
export function toJson(value: Value, runtime: Runtime): JsonValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  runtime.spend(1);
  if (value instanceof WholeFloat) return value.value;
  if (value instanceof DecimalValue) return decimalNumber(value, runtime);
  if (value instanceof Missing) throw runtime.error('name_unknown', `Name '${value.name}' is not known here.`);
  if (value instanceof SetValue) return listToJson([...value.items.values()], runtime);
  if (isList(value)) return listToJson(value, runtime);
  runtime.enter();
  const mapping = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, runtime)]));
  runtime.leave();
  return mapping;
}

function listToJson(items: readonly Value[], runtime: Runtime): readonly JsonValue[] {
  runtime.spend(items.length);
  runtime.enter();
  const list = items.map((item) => toJson(item, runtime));
  runtime.leave();
  return list;
}

/** The result of an expression as JSON text, in which a whole float differs from an int. */
export function toJsonText(value: Value, runtime: Runtime): string {
  if (value instanceof WholeFloat) return floatText(value.value);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return floatText(value);
  if (value instanceof SetValue) return toJsonText([...value.items.values()], runtime);
  if (!isList(value) && !isMapping(value)) return JSON.stringify(toJson(value, runtime));
  runtime.enter();
  const text = isList(value)
    ? `[${value.map((item) => toJsonText(item, runtime)).join(',')}]`
    : `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${toJsonText(item, runtime)}`)}}`;
  runtime.leave();
  return text;
}

function decimalNumber({ value }: DecimalValue, runtime: Runtime): number {
  const significant = value.coefficient.toString().replace('-', '').replace(/0+$/, '').length;
  if (significant > 15) {
    throw runtime.error(
      'number_precision',
      `${decimalToText(value)} has more digits than a number keeps; round() it, or return str(…) of it.`,
    );
  }
  return decimalToNumber(value);
}
