import { isJsonObject, type JsonValue } from '../../../src/json.ts';

/** One change of a document: which place, as a share of all its places, and what happens there. */
export interface Mutation {
  /** 0 to below 1. */
  readonly at: number;
  readonly act: 'drop' | 'rename' | 'replace' | 'repeat' | 'wrap';
  readonly name: string;
  readonly value: JsonValue;
}

type Path = readonly (string | number)[];

/** The document with these changes made one after another. */
export function mutated(document: JsonValue, mutations: readonly Mutation[]): JsonValue {
  return mutations.reduce((value, mutation) => {
    const paths = pathsIn(value);
    const path = paths[Math.floor(mutation.at * paths.length)];
    return path === undefined ? value : changed(value, path, mutation);
  }, document);
}

function pathsIn(value: JsonValue, path: Path = []): readonly Path[] {
  const children: readonly (readonly [string | number, JsonValue])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  return children.flatMap(([key, child]) => [[...path, key], ...pathsIn(child, [...path, key])]);
}

function changed(value: JsonValue, [key, ...rest]: Path, mutation: Mutation): JsonValue {
  if (key === undefined) return value;
  const last = rest.length === 0;
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => {
      if (index !== key) return [item];
      return last ? items(item, mutation) : [changed(item, rest, mutation)];
    });
  }
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      if (name !== key) return [[name, member]];
      return last ? members(name, member, mutation) : [[name, changed(member, rest, mutation)]];
    }),
  );
}

function items(item: JsonValue, { act, value, name }: Mutation): readonly JsonValue[] {
  if (act === 'drop') return [];
  if (act === 'repeat') return [item, item];
  if (act === 'wrap') return [[item]];
  return [act === 'rename' ? { [name]: item } : value];
}

function members(key: string, member: JsonValue, { act, value, name }: Mutation): readonly (readonly [string, JsonValue])[] {
  if (act === 'drop') return [];
  if (act === 'rename') return [[name, member]];
  if (act === 'repeat')
    return [
      [key, member],
      [name, member],
    ];
  return [[key, act === 'wrap' ? [member] : value]];
}
