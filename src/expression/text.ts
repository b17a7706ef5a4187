import { decimalToText } from './decimal.ts';
import { DECIMAL_STEPS } from './limits.ts';
import type { Runtime } from './runtime.ts';
import { DecimalValue, isList, Missing, SetValue, type Value, WholeFloat } from './values.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** Length in characters, not in UTF-16 units. */
export function textLength(text: string): number {
  return SURROGATE.test(text) ? [...text].length : text.length;
}

/** The characters of a text, so that indexes count as in Python. */
export function characters(text: string): readonly string[] {
  return SURROGATE.test(text) ? [...text] : text.split('');
}

/** What `str(value)` gives. */
export function toText(value: Value, runtime: Runtime): string {
  if (typeof value === 'string') return value;
  if (value instanceof DecimalValue) return decimalText(value, runtime);
  return representation(value, runtime);
}

/** What `repr(value)` gives: texts within lists and mappings are quoted. */
export function representation(value: Value, runtime: Runtime): string {
  runtime.spend(1);
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') {
    runtime.spendText(value.length);
    return quoted(value);
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : floatText(value);
  if (value instanceof WholeFloat) return floatText(value.value);
  if (value instanceof DecimalValue) return `Decimal('${decimalText(value, runtime)}')`;
  if (value instanceof Missing) throw runtime.error('name_unknown', `Name '${value.name}' is not known here.`);
  if (value instanceof SetValue) {
    return value.items.size === 0 ? 'set()' : `{${representations([...value.items.values()], runtime)}}`;
  }
  if (isList(value)) return `[${representations(value, runtime)}]`;
  runtime.enter();
  const entries = Object.entries(value).map(([key, item]) => `${representation(key, runtime)}: ${representation(item, runtime)}`);
  runtime.leave();
  return `{${entries.join(', ')}}`;
}

function decimalText({ value }: DecimalValue, runtime: Runtime): string {
  runtime.spend(DECIMAL_STEPS);
  return decimalToText(value);
}

function representations(items: readonly Value[], runtime: Runtime): string {
  runtime.enter();
  const text = items.map((item) => representation(item, runtime)).join(', ');
  runtime.leave();
  return text;
}

/** A float as Python writes it: `1.0`, `1e+16`, `1e-05`. */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e');
    const digits = exponent.slice(1).padStart(2, '0');
    return `${mantissa}e${exponent[0]}${digits}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Control characters of ASCII, and the backslash itself. */
const ESCAPED = /[^ -~\u0080-\uffff]|\\/g;
const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(ESCAPED, escapeCharacter);
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

function escapeCharacter(character: string): string {
  return ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
