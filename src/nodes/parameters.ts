import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';

/**
 * Those of the named parameters that the input has: each from its top level, or else from the only one of its values that has it.
 * What is at the top level only because it was filled in from the run's input, and not `mapped` by the node, counts last. Parameters
 * found nowhere are left out.
 */
export function findParameters(
  names: readonly string[],
  input: JsonObject,
  { runInput, mapped }: { readonly runInput: JsonValue; readonly mapped: ReadonlySet<string> },
): JsonObject {
  const own = Object.entries(input).filter(([key, value]) => mapped.has(key) || !isFilledIn(key, value, runInput));
  const inner = own.map(([, value]) => value).filter(isJsonObject);
  const ownFields = Object.fromEntries(own);
  const found: Record<string, JsonValue> = {};
  for (const name of names) {
    const candidates = [fieldOf(ownFields, name), onlyOne(inner, name), fieldOf(input, name)];
    const value = candidates.find((candidate) => candidate !== undefined);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function isFilledIn(key: string, value: JsonValue, runInput: JsonValue): boolean {
  return isJsonObject(runInput) && Object.hasOwn(runInput, key) && isDeepStrictEqual(runInput[key], value);
}

function onlyOne(sources: readonly JsonObject[], name: string): JsonValue | undefined {
  const having = sources.filter((source) => Object.hasOwn(source, name));
  return having.length === 1 ? having[0]?.[name] : undefined;
}

function fieldOf(value: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
