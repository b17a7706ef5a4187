import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';

/** `root.key.0` or `$input.items[0]`: a name, and the keys and indexes read from it. */
export interface ValuePath {
  readonly root: string;
  readonly segments: readonly string[];
}

const PATH = /^\$?[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]+|\[-?\d+\]|\['[^']*'\]|\["[^"]*"\])*$/u;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const QUOTED = /^(?:'([^']*)'|"([^"]*)")$/;
const SEGMENT = /\.([\p{L}\p{N}_]+)|\[(-?\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/gu;

/** Undefined if the text is anything but a path. */
export function parsePath(text: string): ValuePath | undefined {
  if (!PATH.test(text)) return undefined;
  const root = /^[^.[]+/.exec(text)?.[0] ?? '';
  const segments = [...text.slice(root.length).matchAll(SEGMENT)].map(
    (match) => match.slice(1).find((part) => part !== undefined) ?? '',
  );
  return segments.some((segment) => segment.startsWith('__')) || root.startsWith('__') ? undefined : { root, segments };
}

/** Whether a text is a name that expressions and templates can read: letters, digits and `_`, not beginning with a digit. */
export function isReadableName(text: string): boolean {
  return NAME.test(text);
}

/** What stands between the quotes of a text that is quoted as a whole; undefined for any other. */
export function quotedText(text: string): string | undefined {
  const [, single, double] = QUOTED.exec(text) ?? [];
  return single ?? double;
}

/** What lies at the end of the segments; undefined where the way ends early. Whole numbers index lists, from the end if negative. */
export function readPath(value: JsonValue | undefined, segments: readonly string[]): JsonValue | undefined {
  let current = value;
  for (const segment of segments) {
    if (Array.isArray(current)) current = /^-?\d+$/.test(segment) ? current.at(Number(segment)) : undefined;
    else if (isJsonObject(current) && Object.hasOwn(current, segment)) current = current[segment];
    else return undefined;
  }
  return current;
}
