import type { FunctionDefinition } from './function-definition.ts';
import { itemsOf } from './iteration.ts';
import type { Runtime } from './runtime.ts';
import { toText } from './text.ts';
import { isInteger, typeName, type Value } from './values.ts';

const BLANKS = '\\s\\u001c-\\u001f';

/** Text functions take any value: one that is no text is turned into text first, or answered with what makes no difference. */
export const TEXT_FUNCTIONS: readonly (readonly [string, FunctionDefinition])[] = [
  ['str', { parameters: ['x'], required: 0, call: ([value = ''], runtime) => toText(value, runtime) }],
  ['lower', onText((text) => text.toLowerCase())],
  ['upper', onText((text) => text.toUpperCase())],
  ['strip', onText((text) => stripText(text, undefined, 'both'))],
  ['lstrip', onText((text) => stripText(text, undefined, 'start'))],
  ['rstrip', onText((text) => stripText(text, undefined, 'end'))],
  [
    'split',
    {
      parameters: ['s', 'sep'],
      required: 1,
      call: ([value = null, separator = null], runtime) =>
        typeof value === 'string' ? splitText(value, separator, null, runtime) : [value],
    },
  ],
  [
    'join',
    {
      parameters: ['sep', 'items'],
      required: 2,
      call: ([separator = '', items = null], runtime) =>
        joinTexts(
          textOf(separator, 'join()', runtime),
          itemsOf(items, runtime).map((item) => toText(item, runtime)),
          runtime,
        ),
    },
  ],
  [
    'replace',
    {
      parameters: ['s', 'old', 'new'],
      required: 3,
      call: ([value = null, from = null, to = null], runtime) =>
        typeof value === 'string' ? replaceText(value, from, to, null, runtime) : value,
    },
  ],
  [
    'startswith',
    {
      parameters: ['s', 'prefix'],
      required: 2,
      call: ([value = null, prefix = null], runtime) => hasAffix(value, prefix, 'start', runtime),
    },
  ],
  [
    'endswith',
    {
      parameters: ['s', 'suffix'],
      required: 2,
      call: ([value = null, suffix = null], runtime) => hasAffix(value, suffix, 'end', runtime),
    },
  ],
  [
    'contains',
    {
      parameters: ['s', 'sub'],
      required: 2,
      call: ([value = null, part = null], runtime) => {
        if (typeof value !== 'string') return false;
        runtime.spendText(value.length);
        return value.includes(textOf(part, 'contains()', runtime));
      },
    },
  ],
];

function onText(change: (text: string) => string): FunctionDefinition {
  return {
    parameters: ['s'],
    required: 1,
    call: ([value = null], runtime) => {
      const text = toText(value, runtime);
      runtime.spendText(text.length);
      return change(text);
    },
  };
}

export function textOf(value: Value, place: string, runtime: Runtime): string {
  if (typeof value === 'string') return value;
  throw runtime.error('type_error', `${place} needs a text, not ${typeName(value)}.`);
}

/** Without the blanks, or the given characters, at its ends. */
export function stripText(text: string, characters: string | undefined, side: 'both' | 'start' | 'end'): string {
  const strip = characters === undefined ? undefined : new Set(characters);
  const blank = new RegExp(`^[${BLANKS}]$`);
  const goes = (character: string | undefined) => character !== undefined && (strip?.has(character) ?? blank.test(character));
  let start = 0;
  let end = text.length;
  if (side !== 'end') while (start < end && goes(text[start])) start += 1;
  if (side !== 'start') while (end > start && goes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

/** Splits at each `separator`, or at runs of blanks if it is null; at most `limit` times if that is not null. */
export function splitText(text: string, separator: Value, limit: Value, runtime: Runtime): readonly string[] {
  runtime.spendText(text.length);
  const times = limit === null ? -1 : limitOf(limit, runtime);
  const parts =
    separator === null ? splitAtBlanks(text, times) : splitAt(text, textOf(separator, 'split()', runtime), times, runtime);
  runtime.spendItems(parts.length);
  return parts;
}

function limitOf(value: Value, runtime: Runtime): number {
  if (isInteger(value)) return Number(value);
  throw runtime.error('type_error', `A count must be a whole number, not ${typeName(value)}.`);
}

function splitAtBlanks(text: string, times: number): readonly string[] {
  const trimmed = stripText(text, undefined, times < 0 ? 'both' : 'start');
  if (trimmed === '') return [];
  if (times < 0) return trimmed.split(/\s+/);
  const parts: string[] = [];
  let rest = trimmed;
  while (parts.length < times) {
    const gap = /\s+/.exec(rest);
    if (gap === null) break;
    parts.push(rest.slice(0, gap.index));
    rest = rest.slice(gap.index + gap[0].length);
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

function splitAt(text: string, separator: string, times: number, runtime: Runtime): readonly string[] {
  if (separator === '') throw runtime.error('value_error', 'split() needs a separator that is not empty.');
  const parts = text.split(separator);
  if (times < 0 || parts.length <= times + 1) return parts;
  return [...parts.slice(0, times), parts.slice(times).join(separator)];
}

export function joinTexts(separator: string, texts: readonly string[], runtime: Runtime): string {
  runtime.spendText(texts.reduce((length, text) => length + text.length + separator.length, 0));
  return texts.join(separator);
}

export function replaceText(text: string, from: Value, to: Value, limit: Value, runtime: Runtime): string {
  const old = textOf(from, 'replace()', runtime);
  const replacement = textOf(to, 'replace()', runtime);
  runtime.spendText(text.length);
  if (old === '') return fillGaps(text, replacement, limit, runtime);
  const found = text.split(old).length - 1;
  const times = timesOf(limit, found, runtime);
  runtime.spendText(text.length + times * Math.max(0, replacement.length - old.length));
  runtime.spend(found);
  let left = times;
  return text.replaceAll(old, (match) => (left-- > 0 ? replacement : match));
}

/** Replacing the empty text puts the replacement before each character and at the end. */
function fillGaps(text: string, replacement: string, limit: Value, runtime: Runtime): string {
  const gaps = [...text, ''];
  const times = timesOf(limit, gaps.length, runtime);
  runtime.spendText(text.length + times * replacement.length);
  runtime.spend(gaps.length);
  return gaps.map((character, index) => (index < times ? replacement : '') + character).join('');
}

function timesOf(limit: Value, found: number, runtime: Runtime): number {
  const times = limit === null ? -1 : limitOf(limit, runtime);
  return times < 0 ? found : Math.min(found, times);
}

/** Whether the text begins or ends with `affix`, or with one of a list of them; false for all but texts. */
export function hasAffix(value: Value, affix: Value, side: 'start' | 'end', runtime: Runtime): boolean {
  if (typeof value !== 'string') return false;
  const affixes = typeof affix === 'string' ? [affix] : itemsOf(affix, runtime);
  return affixes.some((candidate) => {
    const text = textOf(candidate, `${side === 'start' ? 'startswith' : 'endswith'}()`, runtime);
    return side === 'start' ? value.startsWith(text) : value.endsWith(text);
  });
}
