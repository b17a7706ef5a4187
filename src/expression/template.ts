import type { JsonValue } from '../json.ts';
import { BoundedCache } from './bounded-cache.ts';
import { FILTERS, type Filter, renderValue } from './filters.ts';
import { CACHE_SIZE, MAX_DATA_DEPTH, MAX_FILTERS } from './limits.ts';
import type { NameUse } from './names.ts';
import { parsePath, readPath, type ValuePath } from './path.ts';
import { Runtime } from './runtime.ts';
import { type Scope, toLookup } from './scope.ts';
import { joinTexts } from './text-functions.ts';

interface Insertion {
  readonly path: ValuePath;
  readonly filters: readonly { readonly apply: Filter; readonly argument: JsonValue | undefined }[];
  /** Where the path begins in the template. */
  readonly offset: number;
  readonly source: string;
}

/** Text with `{{ path }}` or `{{ path | filter }}` in it. */
export interface Template {
  readonly source: string;
  readonly parts: readonly (string | Insertion)[];
  readonly names: readonly NameUse[];
  /** Insertions that are neither and stay in the text as they are. */
  readonly verbatim: readonly { readonly text: string; readonly offset: number }[];
}

const INSERTION = /\{\{((?:[^{}'"]|'[^']*'|"[^"]*")*)\}\}/g;
const FILTER = /^([A-Za-z_]\w*)(?:\((.*)\))?$/s;
const cache = new BoundedCache<Template>(CACHE_SIZE);

/** Whether a text is a template at all. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') && text.includes('}}');
}

/** Reads a template. Whatever stands between braces and is no path with known filters is kept as text. Never throws. */
export function parseTemplate(source: string): Template {
  return cache.get(source, read);
}

function read(source: string): Template {
  const parts: (string | Insertion)[] = [];
  const verbatim: { text: string; offset: number }[] = [];
  let end = 0;
  for (const match of source.matchAll(INSERTION)) {
    const insertion = readInsertion(match[1] ?? '', match.index + 2);
    if (insertion === undefined) {
      verbatim.push({ text: match[0], offset: match.index });
      continue;
    }
    parts.push(source.slice(end, match.index), insertion);
    end = match.index + match[0].length;
  }
  parts.push(source.slice(end));
  return { source, parts: parts.filter((part) => part !== ''), names: namesOf(parts), verbatim };
}

function readInsertion(body: string, start: number): Insertion | undefined {
  const [first = '', ...rest] = splitFilters(body);
  const path = parsePath(first.trim());
  if (path === undefined || rest.length > MAX_FILTERS) return undefined;
  const filters: { apply: Filter; argument: JsonValue | undefined }[] = [];
  for (const text of rest) {
    const [, name = '', argument] = FILTER.exec(text.trim()) ?? [];
    const apply = FILTERS.get(name);
    if (apply === undefined) return undefined;
    filters.push({ apply, argument: argument === undefined ? undefined : readArgument(argument.trim()) });
  }
  return { path, filters, offset: start + first.length - first.trimStart().length, source: body.trim() };
}

/** Splits at `|`, but not within quotes. */
export function splitFilters(text: string): readonly string[] {
  const parts = [''];
  let quote = '';
  for (const character of text) {
    if (character === '|' && quote === '') {
      parts.push('');
      continue;
    }
    if (character === quote) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
    parts.push((parts.pop() ?? '') + character);
  }
  return parts;
}

/** A filter's argument: None, a boolean, a number, or text with or without quotes. */
export function readArgument(text: string): JsonValue {
  if (text === '' || text === 'None' || text === 'null') return null;
  if (/^(?:true|True)$/.test(text)) return true;
  if (/^(?:false|False)$/.test(text)) return false;
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return /^(['"]).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

function namesOf(parts: readonly (string | Insertion)[]): readonly NameUse[] {
  return parts.flatMap((part) => {
    if (typeof part === 'string') return [];
    const [member] = part.path.segments;
    return [{ name: part.path.root, offset: part.offset, ...(member === undefined ? {} : { member }) }];
  });
}

/** The root names that the template takes from its scope, in order of appearance. */
export function namesInTemplate(template: Template): readonly NameUse[] {
  return template.names;
}

/**
 * The text with every insertion replaced by what its path leads to.
 * @throws ExpressionError (`variable_undefined`, `depth_exceeded`, `text_limit`, `cost_limit`)
 */
export function renderTemplate(template: Template, scope: Scope): string {
  const runtime = new Runtime(toLookup(scope), 0);
  const texts = template.parts.map((part) => {
    const text = typeof part === 'string' ? part : renderInsertion(part, runtime);
    runtime.spendText(text.length);
    return text;
  });
  return joinTexts('', texts, runtime);
}

function renderInsertion({ path, filters, offset, source }: Insertion, runtime: Runtime): string {
  runtime.offset = offset;
  let value = readPath(runtime.lookup(path.root), path.segments);
  if (isDeeper(value, MAX_DATA_DEPTH, runtime))
    throw runtime.error('depth_exceeded', `'${source}' has more than ${MAX_DATA_DEPTH} levels.`);
  for (const { apply, argument } of filters) {
    if (typeof value === 'string') runtime.spendText(value.length);
    value = apply(value, argument, runtime);
  }
  if (value === undefined) throw runtime.error('variable_undefined', `'${source}' leads to nothing here.`);
  return renderValue(value);
}

/** Whether a value has more levels of lists and mappings; serialising such a one could exhaust the stack. */
function isDeeper(value: JsonValue | undefined, levels: number, runtime: Runtime): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const items = Object.values(value);
  runtime.spend(items.length);
  return levels === 0 || items.some((item) => isDeeper(item, levels - 1, runtime));
}
