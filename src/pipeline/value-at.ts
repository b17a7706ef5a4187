import { isJsonObject, type JsonValue } from '../json.ts';

type Path = readonly PropertyKey[];

/** What stands at a path of a value; undefined if nothing does. */
export function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  let current = value;
  for (const segment of path) {
    if (Array.isArray(current) && typeof segment === 'number') current = current[segment];
    else if (isJsonObject(current) && Object.hasOwn(current, segment)) current = current[String(segment)];
    else return undefined;
  }
  return current;
}

/** The value with the text at a path replaced; as it is if no text stands there. */
export function withTextAt(value: JsonValue, [key, ...rest]: Path, change: (text: string) => JsonValue): JsonValue {
  if (key === undefined) return typeof value === 'string' ? change(value) : value;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? withTextAt(item, rest, change) : item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === key ? withTextAt(item, rest, change) : item]),
  );
}

/** Every text in a value, however deep. */
export function textsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
