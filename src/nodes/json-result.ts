import type { JsonValue } from '../json.ts';
import { PermanentError } from './errors.ts';

const MAX_DEPTH = 200;

/**
 * What a step returned, as JSON. Nothing returned counts as null.
 *
 * @throws PermanentError (`output_not_serialisable`) that names the first place JSON cannot hold
 */
export function toJsonResult(value: unknown): JsonValue {
  const result = value === undefined ? null : value;
  if (isJson(result, '$', new Set())) return result;
  throw notSerialisable('$', typeof result);
}

/** Throws at the first place that is not JSON; a boolean only so that the compiler follows. */
function isJson(value: unknown, path: string, parents: Set<object>): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return true;
    throw notSerialisable(path, String(value));
  }
  if (typeof value !== 'object') throw notSerialisable(path, typeof value);
  if (parents.has(value)) throw notSerialisable(path, 'a reference to what contains it');
  if (parents.size >= MAX_DEPTH) throw notSerialisable(path, `nested deeper than ${MAX_DEPTH} levels`);

  parents.add(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) isJson(value[index], `${path}[${index}]`, parents);
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw notSerialisable(path, className(value));
    for (const [key, item] of Object.entries(value)) isJson(item, `${path}.${key}`, parents);
  }
  parents.delete(value);
  return true;
}

/** An object may be of no class, or hide it. */
function className(value: object): string {
  const made: unknown = value.constructor;
  return typeof made === 'function' && made.name !== '' ? made.name : 'an object of no known class';
}

function notSerialisable(path: string, found: string): PermanentError {
  const message = `The result holds something at ${path} that JSON cannot: ${found}. Return plain objects, lists, texts and numbers.`;
  return new PermanentError('output_not_serialisable', message);
}
