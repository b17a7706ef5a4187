import type { Typed } from 'rhea';
import rhea from 'rhea';
import { BrokerError, CONDITION } from './errors.ts';
import type { PropertyChanges } from './sections.ts';

const { types } = rhea;

/** AMQP type codes of array elements. */
const ARRAY_OF = { long: 0x81, timestamp: 0x83, string: 0xb1 } as const;

interface ValueWriter {
  write(value: Typed): void;
  toBuffer(): Buffer;
}

const { Writer } = types as unknown as { readonly Writer: new () => ValueWriter };

/** Encodes a decoded value, or one that still carries its AMQP type. */
export function encodeValue(value: unknown): Buffer {
  const writer = new Writer();
  writer.write(types.wrap(value));
  return Buffer.from(writer.toBuffer());
}

/** Property changes out of an encoded map, types kept; entries without a value change nothing. */
export function changesFromTypedMap(map: unknown): PropertyChanges {
  const changes = new Map<string, Buffer>();
  if (!isTyped(map) || !Array.isArray(map.value)) return changes;
  const items: readonly unknown[] = map.value;
  for (let index = 0; index + 1 < items.length; index += 2) {
    const key = items[index];
    const value = items[index + 1];
    if (isTyped(key) && isTyped(value) && value.value !== null) changes.set(String(key.value), encodeValue(value));
  }
  return changes;
}

/** Property changes out of a decoded map. */
export function changesFromMap(map: unknown): PropertyChanges {
  if (typeof map !== 'object' || map === null) return new Map();
  const entries = Object.entries(map).filter(([, value]) => value !== null && value !== undefined);
  return new Map(entries.map(([key, value]) => [key, encodeValue(value)]));
}

/** The field of a described, still encoded list, such as an error's `info`. */
export function typedField(list: unknown, index: number): unknown {
  return isTyped(list) && Array.isArray(list.value) ? list.value[index] : undefined;
}

function isTyped(value: unknown): value is { readonly value: unknown } {
  return typeof value === 'object' && value !== null && 'value' in value;
}

/** A sequence number as it was decoded: a number, or eight bytes when it exceeds 2^53. */
export function toSequenceNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (Buffer.isBuffer(value) && value.length === 8) return Number(value.readBigInt64BE());
  throw new BrokerError(CONDITION.argumentError, 'A sequence number must be a long.');
}

export const amqp = {
  int: (value: number): Typed => types.wrap_int(value),
  symbol: (value: string): Typed => types.wrap_symbol(value),
  binary: (value: Buffer): Typed => types.wrap_binary(value),
  uuid: (value: Buffer): Typed => types.wrap_uuid(value),
  list: (values: readonly Typed[]): Typed => types.wrap_list(values),
  map: (fields: Readonly<Record<string, unknown>>): Typed => types.wrap_map(fields),
  /** A list of the type that the descriptor names. */
  described: (descriptor: number, values: readonly unknown[]): Typed =>
    types.described(types.wrap_ulong(descriptor), types.wrap_list(values)),
  longs: (values: readonly number[]): Typed => types.wrap_array(values, ARRAY_OF.long, undefined),
  long: (bytes: Buffer): Typed => types.wrap_long(bytes),
  timestamp: (value: number): Typed => types.wrap_timestamp(value),
  strings: (values: readonly string[]): Typed => types.wrap_array(values, ARRAY_OF.string, undefined),
  timestamps: (values: readonly number[]): Typed => types.wrap_array(values, ARRAY_OF.timestamp, undefined),
};
