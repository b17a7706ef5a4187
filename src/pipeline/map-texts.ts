import { isJsonObject, type JsonValue } from '../json.ts';
import type { Path } from './documents.ts';

/** What becomes of a text. The path is only valid during the call. */
export type RewriteText = (text: string, path: Path) => JsonValue;

/**
 * The value with every text of it rewritten; parts without a change stay the same objects. `enters` tells whether to look into the
 * value at a path at all.
 */
export function mapTexts(value: JsonValue, rewrite: RewriteText, enters: (path: Path) => boolean = () => true): JsonValue {
  const path: (string | number)[] = [];
  const visit = (part: JsonValue): JsonValue => {
    if (typeof part === 'string') return rewrite(part, path);
    if (typeof part !== 'object' || part === null || !enters(path)) return part;
    if (Array.isArray(part)) {
      const items = part.map((item, index) => at(index, item));
      return items.some((item, index) => item !== part[index]) ? items : part;
    }
    if (!isJsonObject(part)) return part;
    const keys = Object.keys(part);
    const items = keys.map((key) => at(key, part[key] ?? null));
    if (items.every((item, index) => item === (part[keys[index] ?? ''] ?? null))) return part;
    return Object.fromEntries(keys.map((key, index) => [key, items[index] ?? null]));
  };
  const at = (segment: string | number, part: JsonValue): JsonValue => {
    path.push(segment);
    const mapped = visit(part);
    path.pop();
    return mapped;
  };
  return visit(value);
}
