import type { JsonValue } from '../json.ts';

/** Finds a root name (`order`, `$input`); undefined means there is no such name, which is not the same as null. */
export type Lookup = (name: string) => JsonValue | undefined;

/** Where an expression's names come from: a function, or a plain record whose own keys are the names. */
export type Scope = Lookup | Readonly<Record<string, JsonValue>>;

export function toLookup(scope: Scope): Lookup {
  if (typeof scope === 'function') return scope;
  return (name) => (Object.hasOwn(scope, name) ? scope[name] : undefined);
}
