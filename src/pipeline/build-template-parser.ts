import { BuildTemplateError } from './build-template-error.ts';

/** An expression of a template, and where it begins in it. */
export interface TemplateExpression {
  readonly source: string;
  readonly offset: number;
}

export interface Insertion extends TemplateExpression {
  readonly type: 'insertion';
  /** As it is written, braces included. */
  readonly verbatim: string;
}

export interface Branch {
  /** Undefined for `else`. */
  readonly condition: TemplateExpression | undefined;
  readonly body: readonly Part[];
}

export interface Loop {
  readonly type: 'for';
  /** What an item is bound to: one name, or as many as it has values. */
  readonly names: readonly string[];
  /** A comprehension that lists the items, less those that the loop's own `if` leaves out. */
  readonly items: TemplateExpression;
  readonly body: readonly Part[];
  readonly otherwise: readonly Part[];
}

export type Part =
  | string
  | Insertion
  | { readonly type: 'if'; readonly branches: readonly Branch[] }
  | Loop
  | { readonly type: 'set'; readonly name: string; readonly value: TemplateExpression };

interface Statement {
  readonly type: 'statement';
  readonly word: string;
  readonly rest: string;
  /** Where the rest begins. */
  readonly offset: number;
  /** Where the tag begins. */
  readonly start: number;
}

type Tag =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'insertion'; readonly body: string; readonly offset: number; readonly verbatim: string }
  | Statement;

const MAX_BLOCK_DEPTH = 32;
const CLOSERS: Readonly<Record<string, string>> = { '{{': '}}', '{%': '%}', '{#': '#}' };
const END_RAW = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;
const FOR = /^(\(?\s*[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*\s*\)?)\s+in\s+(.+)$/s;
const SET = /^([A-Za-z_]\w*)\s*=(?!=)(.*)$/s;

/** Whether a text has anything that a build-time template would replace. */
export function isBuildTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}

/** Reads a template. `lenient`: braces that are not closed are text. @throws BuildTemplateError */
export function parseBuildTemplate(text: string, lenient: boolean): readonly Part[] {
  return new Parser(readTags(text, lenient)).parseAll();
}

function readTags(text: string, lenient: boolean): readonly Tag[] {
  const tags: Tag[] = [];
  let at = 0;
  let trimNext = false;
  const pushText = (end: number, trimEnd: boolean) => {
    const piece = text.slice(at, end);
    const trimmed = trimNext ? piece.trimStart() : piece;
    tags.push({ type: 'text', text: trimEnd ? trimmed.trimEnd() : trimmed });
  };
  for (const open = /\{[{%#]/g; ; ) {
    open.lastIndex = at;
    const start = open.exec(text)?.index;
    if (start === undefined) break;
    const closer = CLOSERS[text.slice(start, start + 2)] ?? '';
    const end = closer === '#}' ? text.indexOf(closer, start + 2) : endOfTag(text, start + 2, closer);
    if (end < 0) {
      if (lenient) break;
      throw new BuildTemplateError('template_syntax', `'${text.slice(start, start + 2)}' is not closed by '${closer}'.`, start);
    }
    const [inner, lead] = withoutMarks(text.slice(start + 2, end));
    pushText(start, text[start + 2] === '-');
    at = end + 2;
    trimNext = text[end - 1] === '-' && end > start + 2;
    const offset = start + 2 + lead;
    if (closer === '}}') tags.push({ type: 'insertion', body: inner, offset, verbatim: text.slice(start, at) });
    if (closer !== '%}') continue;
    const tag = statementOf(inner, offset, start);
    if (tag.word === 'raw') {
      const raw = readRaw(text, at, start);
      tags.push({ type: 'text', text: raw.text });
      at = raw.end;
    } else tags.push(tag);
  }
  pushText(text.length, false);
  return tags;
}

function statementOf(inner: string, offset: number, start: number): Statement {
  const [word = ''] = /^\S*/.exec(inner) ?? [];
  const rest = inner.slice(word.length);
  const blanks = rest.length - rest.trimStart().length;
  return { type: 'statement', word, rest: rest.trim(), offset: offset + word.length + blanks, start };
}

function readRaw(text: string, from: number, start: number): { readonly text: string; readonly end: number } {
  END_RAW.lastIndex = from;
  const match = END_RAW.exec(text);
  if (match === null) throw syntaxError("'raw' is not closed by 'endraw'.", start);
  return { text: text.slice(from, match.index), end: match.index + match[0].length };
}

/** The tag's content without whitespace marks and blanks, and how many characters went before it. */
function withoutMarks(text: string): [inner: string, lead: number] {
  const unmarked = text.replace(/^[-+]/, '').replace(/-$/, '');
  const lead = (/^[-+]/.test(text) ? 1 : 0) + unmarked.length - unmarked.trimStart().length;
  return [unmarked.trim(), lead];
}

/** Where the closer stands: outside quotes and outside the braces of a mapping. */
function endOfTag(text: string, start: number, closer: string): number {
  let quote = '';
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (depth === 0 && text.startsWith(closer, at)) return at;
    else if (character === "'" || character === '"') quote = character;
    else if (character === '{') depth += 1;
    else if (character === '}') depth = Math.max(0, depth - 1);
  }
  return -1;
}

class Parser {
  readonly #tags: readonly Tag[];
  #at = 0;
  #depth = 0;

  constructor(tags: readonly Tag[]) {
    this.#tags = tags;
  }

  parseAll(): readonly Part[] {
    const parts = this.#body([]);
    const rest = this.#tags[this.#at];
    if (rest?.type === 'statement') throw syntaxError(`'${rest.word}' stands where nothing is open.`, rest.start);
    return parts;
  }

  /** Parts up to a statement whose word is one of `ends`, or up to one that opens nothing. */
  #body(ends: readonly string[]): readonly Part[] {
    const parts: Part[] = [];
    for (let tag = this.#tags[this.#at]; tag !== undefined; tag = this.#tags[this.#at]) {
      if (tag.type === 'statement' && (ends.includes(tag.word) || /^(?:el|end)/.test(tag.word))) return parts;
      this.#at += 1;
      if (tag.type === 'text') {
        if (tag.text !== '') parts.push(tag.text);
      } else if (tag.type === 'insertion') {
        parts.push({ type: 'insertion', source: tag.body, offset: tag.offset, verbatim: tag.verbatim });
      } else {
        this.#depth += 1;
        if (this.#depth > MAX_BLOCK_DEPTH) throw syntaxError(`Blocks are nested deeper than ${MAX_BLOCK_DEPTH}.`, tag.start);
        parts.push(this.#statement(tag));
        this.#depth -= 1;
      }
    }
    return parts;
  }

  #statement(tag: Statement): Part {
    if (tag.word === 'if') return this.#if(tag);
    if (tag.word === 'for') return this.#for(tag);
    const [, name, value = ''] = tag.word === 'set' ? (SET.exec(tag.rest) ?? []) : [];
    if (name !== undefined) return { type: 'set', name, value: expressionOf(value, tag.offset + tag.rest.length - value.length) };
    const message =
      tag.word === 'set' ? "Write '{% set name = value %}'." : `There is no tag '${tag.word}'; known are if, for, set.`;
    throw syntaxError(message, tag.start);
  }

  #if(tag: Statement): Part {
    const branches: Branch[] = [{ condition: expressionOf(tag.rest, tag.offset), body: this.#body([]) }];
    for (;;) {
      const next = this.#closing(tag, ['elif', 'else', 'endif']);
      if (next.word === 'endif') return { type: 'if', branches };
      if (branches.at(-1)?.condition === undefined) throw syntaxError(`Nothing can follow 'else' but 'endif'.`, next.start);
      const condition = next.word === 'else' ? undefined : expressionOf(next.rest, next.offset);
      branches.push({ condition, body: this.#body([]) });
    }
  }

  #for(tag: Statement): Part {
    const [, target = '', source = ''] = FOR.exec(tag.rest) ?? [];
    if (target === '') throw syntaxError("Write '{% for item in items %}'.", tag.start);
    const names = target.replace(/[()\s]/g, '').split(',');
    const bound = names.length === 1 ? (names[0] ?? '') : `(${names.join(', ')})`;
    const items = { source: `[${bound} for ${names.join(', ')} in ${source}]`, offset: tag.offset };
    const body = this.#body([]);
    const next = this.#closing(tag, ['else', 'endfor']);
    if (next.word === 'endfor') return { type: 'for', names, items, body, otherwise: [] };
    const otherwise = this.#body([]);
    this.#closing(tag, ['endfor']);
    return { type: 'for', names, items, body, otherwise };
  }

  #closing(tag: Statement, words: readonly string[]): Statement {
    const next = this.#tags[this.#at];
    this.#at += 1;
    if (next?.type === 'statement' && words.includes(next.word)) return next;
    throw syntaxError(`'${tag.word}' is not closed by '${words.at(-1)}'.`, tag.start);
  }
}

function expressionOf(text: string, offset: number): TemplateExpression {
  const source = text.trim();
  if (source === '') throw new BuildTemplateError('template_syntax', 'An expression is missing.', offset);
  return { source, offset: offset + text.length - text.trimStart().length };
}

function syntaxError(message: string, offset: number): BuildTemplateError {
  return new BuildTemplateError('template_syntax', message, offset);
}
