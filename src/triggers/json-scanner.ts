import type { JsonValue } from '../json.ts';
import { pathText } from '../schema/problem.ts';
import { isExactNumber } from './exact-number.ts';

export type JsonFaultCode =
  | 'body_not_json'
  | 'json_depth'
  | 'json_duplicate_key'
  | 'json_forbidden_key'
  | 'number_not_finite'
  | 'number_precision';

/** The first fault of a text. `offset` counts UTF-16 units of the text; `path` names the value, as in `$.items[2].price`. */
export class JsonFault extends Error {
  readonly code: JsonFaultCode;
  readonly offset: number;
  readonly path: string;

  constructor(code: JsonFaultCode, offset: number, path: string) {
    super(code);
    this.code = code;
    this.offset = offset;
    this.path = path;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What ends a run of plain characters: a quote, a backslash, or a control character. */
const SPECIAL = /["\\]|[^\u0020-\uffff]/g;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORDS: ReadonlyMap<string, JsonValue> = new Map([
  ['t', true],
  ['f', false],
  ['n', null],
]);

/**
 * Reads JSON as RFC 8259 has it, in one pass, and stops where `JSON.parse` would silently lose something: a key given twice,
 * a number that does not survive. The recursion is bounded by `maxDepth`.
 */
export class JsonScanner {
  readonly #text: string;
  readonly #maxDepth: number;
  /** Keys and indices from the root to the value at hand. */
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  /** @throws JsonFault */
  scan(): JsonValue {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault('body_not_json');
    return value;
  }

  #value(): JsonValue {
    this.#space();
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{' || first === '[') {
      if (this.#path.length >= this.#maxDepth) throw this.#fault('json_depth');
      return first === '{' ? this.#object() : this.#array();
    }
    if (first !== undefined && WORDS.has(first)) return this.#word(first);
    return this.#number();
  }

  #object(): JsonValue {
    const object: Record<string, JsonValue> = {};
    this.#at += 1;
    if (this.#accept('}')) return object;
    do {
      this.#space();
      const start = this.#at;
      if (this.#text.charCodeAt(start) !== QUOTE) throw this.#fault('body_not_json');
      const key = this.#string();
      this.#path.push(key);
      if (key === '__proto__') throw this.#fault('json_forbidden_key', start);
      if (Object.hasOwn(object, key)) throw this.#fault('json_duplicate_key', start);
      this.#expect(':');
      const value = this.#value();
      if (key === 'constructor' && reachesPrototype(value)) throw this.#fault('json_forbidden_key', start);
      object[key] = value;
      this.#path.pop();
    } while (this.#accept(','));
    this.#expect('}');
    return object;
  }

  #array(): JsonValue {
    const array: JsonValue[] = [];
    this.#at += 1;
    if (this.#accept(']')) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value());
      this.#path.pop();
    } while (this.#accept(','));
    this.#expect(']');
    return array;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    this.#at += 1;
    for (;;) {
      SPECIAL.lastIndex = this.#at;
      const special = SPECIAL.exec(this.#text);
      this.#at = special === null ? this.#text.length : special.index;
      const code = this.#text.charCodeAt(this.#at);
      if (code === QUOTE) break;
      if (code !== BACKSLASH || !this.#match(ESCAPE)) throw this.#fault('body_not_json');
      escaped = true;
    }
    this.#at += 1;
    return escaped ? String(JSON.parse(this.#text.slice(start, this.#at))) : this.#text.slice(start + 1, this.#at - 1);
  }

  #number(): number {
    const start = this.#at;
    if (!this.#match(NUMBER)) throw this.#fault('body_not_json');
    const text = this.#text.slice(start, this.#at);
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.#fault('number_not_finite', start);
    if (!isExactNumber(text, value)) throw this.#fault('number_precision', start);
    return value;
  }

  #word(first: string): JsonValue {
    const value = WORDS.get(first) ?? null;
    const word = String(value);
    for (const character of word) {
      if (this.#text[this.#at] !== character) throw this.#fault('body_not_json');
      this.#at += 1;
    }
    return value;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  /** Steps over the character if it comes next. */
  #accept(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#fault('body_not_json');
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #fault(code: JsonFaultCode, offset = this.#at): JsonFault {
    return new JsonFault(code, offset, pathText(this.#path));
  }
}

function reachesPrototype(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}
