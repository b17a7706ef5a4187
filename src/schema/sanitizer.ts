import { z } from 'zod';
import { characters, floatText } from '../expression/text.ts';
import { stripText } from '../expression/text-functions.ts';
import type { JsonValue } from '../json.ts';
import { coerce, readFloat, wholeNumber } from './coerce.ts';
import { MAX_PATTERNS } from './limits.ts';
import { compilePattern } from './pattern.ts';

const words = z.array(z.string());

/** How a field is cleaned: what `x-hexdag-sanitize` holds. Everything is optional but `base`; the steps go in the order of the members. */
export const sanitizerSchema = z.strictObject({
  /** What comes out, unless it is null. */
  base: z.enum(['str', 'int', 'float', 'bool']),
  /** Numbers and booleans are not read as texts: only their type is converted, and clamped. */
  text_only: z.boolean().optional(),
  /** Cuts blanks at both ends; true if absent. */
  trim: z.boolean().optional(),
  /** Words, in lower case, that mean null. */
  nulls: words.optional(),
  /** The first that matches gives the text: its first group, or all it matched. If none does, the text is not usable. */
  pattern: words.max(MAX_PATTERNS).optional(),
  /** Texts to delete. */
  strip: words.optional(),
  /** The only characters that stay. */
  keep: z.string().optional(),
  /** Words for true and false, in lower case, before the usual ones. */
  true_values: words.optional(),
  false_values: words.optional(),
  clamp: z.tuple([z.number(), z.number()]).optional(),
  upper: z.boolean().optional(),
  lower: z.boolean().optional(),
  /** In characters. */
  max_length: z.int().min(0).optional(),
  /** What null, and whatever is not usable, become; null if absent. */
  default: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
});

export type Sanitizer = z.infer<typeof sanitizerSchema>;

type Scalar = string | number | boolean;

/** Cleans a value. Lists and mappings stay as they are, for validation to refuse. @throws PatternError `pattern_limit` */
export type Sanitize = (value: JsonValue) => JsonValue;

/** @throws PatternError */
export function compileSanitizer(rules: Sanitizer): Sanitize {
  const { base, text_only: textOnly = false, default: fallback = null } = rules;
  const extract = compileExtraction(rules);
  const convert = compileConversion(rules);
  return (value) => {
    if (value === null) return fallback;
    if (typeof value === 'object') return value;
    if (textOnly && typeof value !== 'string') return finish(coerce(base, value) ?? value, rules);
    const text = extract(textOf(value));
    const converted = text === undefined ? undefined : convert(text);
    return converted === undefined ? fallback : finish(converted, rules);
  };
}

/** From trimming to deleting characters; undefined for what means nothing. */
function compileExtraction({
  trim = true,
  nulls = [],
  pattern,
  strip = [],
  keep,
}: Sanitizer): (text: string) => string | undefined {
  const nullWords = new Set(nulls);
  const patterns = pattern?.map(compilePattern);
  const kept = keep === undefined ? undefined : new Set(keep);
  return (raw) => {
    const trimmed = stripText(raw, undefined, 'both');
    const text = trim ? trimmed : raw;
    if (text === '' || nullWords.has(trimmed.toLowerCase())) return undefined;
    let found: string | undefined = text;
    if (patterns !== undefined) found = firstMatch(patterns, text);
    for (const deleted of strip) found = found?.replaceAll(deleted, '');
    return kept === undefined || found === undefined
      ? found
      : characters(found)
          .filter((one) => kept.has(one))
          .join('');
  };
}

function firstMatch(patterns: readonly { find(text: string): string | undefined }[], text: string): string | undefined {
  for (const pattern of patterns) {
    const found = pattern.find(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** To the base type; undefined if the text cannot be converted. */
function compileConversion({ base, true_values = [], false_values = [] }: Sanitizer): (text: string) => Scalar | undefined {
  switch (base) {
    case 'str':
      return (text) => text;
    case 'float':
      return readFloat;
    case 'int':
      return (text) => wholeNumber(Math.trunc(readFloat(text) ?? Number.NaN));
    case 'bool': {
      const meaning = new Map([
        ...false_values.map((word) => [word, false] as const),
        ...true_values.map((word) => [word, true] as const),
      ]);
      return (text) => {
        const word = text.toLowerCase();
        const known = meaning.get(word) ?? coerce('bool', word);
        return typeof known === 'boolean' ? known : undefined;
      };
    }
  }
}

function finish(value: Scalar, { base, clamp, upper, lower, max_length: maxLength }: Sanitizer): Scalar {
  if (typeof value === 'number' && clamp !== undefined) {
    const clamped = Math.max(clamp[0], Math.min(clamp[1], value));
    return base === 'int' ? Math.trunc(clamped) : clamped;
  }
  if (typeof value !== 'string') return value;
  const cased = upper ? value.toUpperCase() : lower ? value.toLowerCase() : value;
  return maxLength === undefined ? cased : characters(cased).slice(0, maxLength).join('');
}

/** As Python writes it. */
function textOf(value: Scalar): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Number.isSafeInteger(value) ? String(value) : floatText(value);
}
