import type { JsonValue } from '../json.ts';
import { decimalToNumber, decimalToText } from './decimal.ts';
import type { Runtime } from './runtime.ts';
import { DecimalValue, isList, Missing, SetValue, type Value, WholeFloat } from './values.ts';

/** The result of an expression as JSON. Sets become lists; a Decimal becomes a number if that keeps every digit. */
export function toJson(value: Value, runtime: Runtime): JsonValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  runtime.spend(1);
  if (value instanceof WholeFloat) return value.value;
  if (value instanceof DecimalValue) return decimalNumber(value, runtime);
  if (value instanceof Missing) throw runtime.error('name_unknown', `Name '${value.name}' is not known here.`);
  if (value instanceof SetValue) return listToJson([...value.items.values()], runtime);
  if (isList(value)) return listToJson(value, runtime);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, runtime)]));
}

function listToJson(items: readonly Value[], runtime: Runtime): readonly JsonValue[] {
  runtime.spend(items.length);
  return items.map((item) => toJson(item, runtime));
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
