import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Pair, Scalar, type YAMLMap } from 'yaml';
import { isJsonObject, type JsonValue } from '../json.ts';
import { YAML_DEPTH } from '../limits.ts';
import { MAX_ALIAS_VALUES } from './limits.ts';
import { yaml11Meaning } from './yaml-dialect.ts';

/** As a tag (`!include path`) it means the same as a mapping of this one key. */
export const INCLUDE_TAG = '!include';

export type ReportAt = (
  severity: 'error' | 'warning',
  finding: { code: string; offset: number; firstOffset?: number; message: string; remedy?: string },
) => void;

/** A converted value, with what it costs to expand it once more. */
interface Converted {
  readonly value: JsonValue;
  readonly size: number;
  readonly depth: number;
}

const NOTHING: Converted = { value: null, size: 1, depth: 0 };
/** Those of ASCII, but for the tab and the ends of lines. */
const CONTROL_CHARACTER = /[^\t\n\r -~\u0080-\uffff]/;

/** The plain JSON value of a YAML document. Whatever JSON cannot hold, or hides a trap, is reported. */
export function toJsonValue(document: Document, report: ReportAt): JsonValue {
  return new Conversion(report).convert(document.contents).value;
}

class Conversion {
  readonly #report: ReportAt;
  readonly #anchors = new Map<string, Converted | 'in progress'>();
  #aliasValues = 0;

  constructor(report: ReportAt) {
    this.#report = report;
  }

  convert(node: unknown): Converted {
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node));
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, 'in progress');
    const converted = this.#plain(node);
    if (anchor !== undefined) this.#anchors.set(anchor, converted);
    return converted;
  }

  #plain(node: unknown): Converted {
    if (isScalar(node) && node.tag?.startsWith(INCLUDE_TAG))
      return { value: { [INCLUDE_TAG]: String(node.value) }, size: 2, depth: 1 };
    if (isScalar(node)) return { value: this.#scalar(node), size: 1, depth: 0 };
    if (isMap(node)) return this.#map(node);
    if (!isSeq(node)) return NOTHING;
    const items = node.items.map((item) => this.convert(isPair(item) ? item.value : item));
    return this.#collection(
      node,
      items.map((item) => item.value),
      items,
    );
  }

  #collection(node: unknown, value: JsonValue, parts: readonly Converted[]): Converted {
    let size = 1;
    let depth = 0;
    for (const part of parts) {
      size += part.size;
      depth = Math.max(depth, part.depth);
    }
    if (depth + 1 > YAML_DEPTH) {
      const message = `The document is nested deeper than ${YAML_DEPTH} levels once its aliases are expanded.`;
      this.#error('depth_exceeded', node, message, 'Flatten the structure.');
      return NOTHING;
    }
    return { value, size, depth: depth + 1 };
  }

  #alias(name: string, offset: number): Converted {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const message = `Alias '*${name}' has no anchor '&${name}' before it.`;
      this.#report('error', {
        code: 'alias_unknown',
        offset,
        message,
        remedy: 'Define the anchor first, or write the value out.',
      });
      return NOTHING;
    }
    if (target === 'in progress') {
      const message = `Alias '*${name}' lies inside the value it stands for.`;
      this.#report('error', { code: 'alias_cycle', offset, message, remedy: 'Write the value out instead.' });
      return NOTHING;
    }
    this.#aliasValues += target.size;
    if (this.#aliasValues <= MAX_ALIAS_VALUES) return target;
    if (this.#aliasValues - target.size <= MAX_ALIAS_VALUES) {
      const message = `Aliases expand to more than ${MAX_ALIAS_VALUES} values.`;
      this.#report('error', { code: 'alias_bomb', offset, message, remedy: 'Write the values out, or use fewer aliases.' });
    }
    return NOTHING;
  }

  #map(map: YAMLMap): Converted {
    const value: Record<string, JsonValue> = {};
    const firstSeen = new Map<string, number>();
    const parts: Converted[] = [];
    const merged: Converted[] = [];
    for (const pair of map.items) {
      if (isMergeKey(pair)) {
        merged.push(this.convert(pair.value));
        continue;
      }
      const key = this.#key(pair, firstSeen);
      const part = this.convert(pair.value);
      if (key === undefined) continue;
      parts.push(part);
      value[key] = part.value;
    }
    for (const source of merged) this.#merge(source, value, map);
    return this.#collection(map, value, [...parts, ...merged]);
  }

  #merge(source: Converted, into: Record<string, JsonValue>, node: unknown): void {
    const values: readonly JsonValue[] = Array.isArray(source.value) ? source.value : [source.value];
    for (const value of values) {
      if (!isJsonObject(value)) {
        this.#error(
          'merge_not_a_mapping',
          node,
          "'<<' merges mappings only.",
          'Give it an alias of a mapping, or a list of those.',
        );
        return;
      }
      for (const [key, item] of Object.entries(value)) if (!Object.hasOwn(into, key)) into[key] = item;
    }
  }

  /** The pair's key as text, or undefined (reported) if it cannot be one. */
  #key(pair: Pair, firstSeen: Map<string, number>): string | undefined {
    const node = pair.key;
    if (!isScalar(node) || node.value === null || node.value === '') {
      const isBraced = isMap(node) && node.flow === true;
      const remedy = isBraced
        ? 'Put a text that begins with {{ … }} in quotes: "{{ name }}".'
        : 'Write the key as plain or quoted text.';
      this.#error('key_not_text', node ?? pair.value, 'A key must be text.', remedy);
      return undefined;
    }
    const key = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
    if (key === '__proto__') {
      this.#error('key_forbidden', node, `'${key}' cannot be used as a key.`, 'Choose another name.');
      return undefined;
    }
    const first = firstSeen.get(key);
    if (first !== undefined) {
      this.#report('error', {
        code: 'duplicate_key',
        offset: offsetOf(node),
        firstOffset: first,
        message: `Key '${key}' occurs twice in this mapping.`,
        remedy: 'Remove one of the two.',
      });
      return undefined;
    }
    firstSeen.set(key, offsetOf(node));
    return key;
  }

  #scalar(node: Scalar): JsonValue {
    const { value, source } = node;
    if (typeof value === 'string') {
      this.#checkText(node, value);
      return value;
    }
    if (typeof value === 'number') {
      this.#checkNumber(node, value, source ?? String(value));
      return Number.isFinite(value) ? value : 0;
    }
    if (typeof value === 'boolean') return value;
    return null;
  }

  #checkText(node: Scalar, value: string): void {
    if (CONTROL_CHARACTER.test(value)) {
      const message = 'The text contains a control character.';
      this.#error('control_character', node, message, 'Remove it; only tab and line breaks are allowed.');
    }
    if (node.type === Scalar.PLAIN) this.#warnOfDialect(node, value, 'text');
  }

  #checkNumber(node: Scalar, value: number, source: string): void {
    if (!Number.isFinite(value)) {
      this.#error('number_not_finite', node, `${source} is not a finite number.`, 'Write a finite number.');
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.eE]/.test(source)) {
      const message = `${source} has more digits than a number keeps exactly.`;
      this.#error('number_precision', node, message, 'Quote it, so that it stays text.');
    } else if (/^[-+]?\d+\.\d*0$/.test(source) && !/^[-+]?\d+\.0$/.test(source)) {
      const message = `${source} is a number and loses its last zero.`;
      this.#warning('number_trailing_zero', node, message, 'Quote it if it is a version or an identifier.');
    } else {
      this.#warnOfDialect(node, source, 'a number');
    }
  }

  #warnOfDialect(node: Scalar, source: string, here: string): void {
    const before = yaml11Meaning(source);
    if (before === undefined) return;
    const message = `${source} is ${here} here (YAML 1.2); in YAML 1.1 it was ${before}.`;
    const remedy =
      before === 'true' || before === 'false' ? `Write ${before}, or quote it to keep the text.` : 'Quote it if it is text.';
    this.#warning('yaml_dialect', node, message, remedy);
  }

  #error(code: string, node: unknown, message: string, remedy: string): void {
    this.#report('error', { code, offset: offsetOf(node), message, remedy });
  }

  #warning(code: string, node: unknown, message: string, remedy: string): void {
    this.#report('warning', { code, offset: offsetOf(node), message, remedy });
  }
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && pair.key.type === Scalar.PLAIN && pair.key.value === '<<';
}

/** Where a node begins in the text. */
export function offsetOf(node: unknown): number {
  if (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) return node.range?.[0] ?? 0;
  return 0;
}
