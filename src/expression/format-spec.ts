import { decimalToPlainText, decimalToText, roundDecimal } from './decimal.ts';
import { DECIMAL_STEPS, FORMAT_STEPS } from './limits.ts';
import { toFixedHalfEven } from './numbers.ts';
import type { Runtime } from './runtime.ts';
import { characters, floatText, textLength, toText } from './text.ts';
import { DecimalValue, isInteger, numberOf, typeName, type Value } from './values.ts';

/** `[[fill]align][sign][#][0][width][grouping][.precision][type]` */
const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d{1,6})?([,_])?(?:\.(\d{1,2}))?([a-zA-Z%])?$/su;

interface Spec {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

/** What `format(value, spec)` gives, for the number and text formats of Python. */
export function formatValue(value: Value, spec: string, runtime: Runtime): string {
  if (spec === '') {
    const text = toText(value, runtime);
    runtime.spendText(text.length);
    return text;
  }
  const parsed = parseSpec(spec);
  if (parsed === undefined) throw runtime.error('value_error', `'${spec}' is not a format.`);
  runtime.spend(FORMAT_STEPS);
  runtime.spendText(parsed.width);
  if (typeof value === 'string') return formatText(value, parsed, runtime);
  if (value instanceof DecimalValue || numberOf(value) !== undefined) return formatNumber(value, parsed, runtime);
  throw runtime.error('type_error', `A format does not work on ${typeName(value)}.`);
}

function parseSpec(spec: string): Spec | undefined {
  const match = SPEC.exec(spec);
  if (match === null) return undefined;
  const [, fill, align, sign = '-', alternate, zero, width = '0', grouping = '', precision, type = ''] = match;
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? undefined : '='),
    sign,
    alternate: alternate !== undefined,
    width: Number(width),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

function formatText(value: string, spec: Spec, runtime: Runtime): string {
  if (spec.type !== '' && spec.type !== 's') throw runtime.error('value_error', `Format '${spec.type}' needs a number.`);
  runtime.spendText(value.length);
  const text = spec.precision === undefined ? value : characters(value).slice(0, spec.precision).join('');
  return padded('', text, spec, '<');
}

function formatNumber(value: Value, spec: Spec, runtime: Runtime): string {
  const negative = value instanceof DecimalValue ? value.value.coefficient < 0n : (numberOf(value) ?? 0) < 0;
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  const digits = value instanceof DecimalValue ? decimalDigits(value, spec, runtime) : numberDigits(value, spec, runtime);
  return padded(sign, grouped(digits, spec.grouping), spec, '>');
}

function decimalDigits({ value }: DecimalValue, spec: Spec, runtime: Runtime): string {
  if (!['', 'f', 'F', '%'].includes(spec.type))
    throw runtime.error('value_error', `Format '${spec.type}' does not work on Decimal.`);
  runtime.spend(DECIMAL_STEPS);
  const percent = spec.type === '%';
  const scaled = percent ? { ...value, exponent: value.exponent + 2 } : value;
  const places = spec.precision ?? (percent ? 6 : undefined);
  const digits =
    places === undefined && spec.type === ''
      ? decimalToText(scaled)
      : decimalToPlainText(places === undefined ? scaled : roundDecimal(scaled, places));
  const text = digits.replace(/^-/, '');
  return percent ? `${text}%` : text;
}

function numberDigits(value: Value, spec: Spec, runtime: Runtime): string {
  const magnitude = Math.abs(numberOf(value) ?? 0);
  const precision = spec.precision ?? 6;
  switch (spec.type) {
    case 'f':
    case 'F':
      return toFixedHalfEven(magnitude, precision);
    case '%':
      return `${toFixedHalfEven(magnitude * 100, precision)}%`;
    case 'e':
    case 'E': {
      const text = magnitude.toExponential(precision).replace(/e([-+])(\d)$/, 'e$10$2');
      return spec.type === 'E' ? text.toUpperCase() : text;
    }
    case 'g':
    case 'G':
      return generalDigits(magnitude, precision);
    case '':
      if (!isInteger(value)) return spec.precision === undefined ? floatText(magnitude) : generalDigits(magnitude, precision);
  }
  return integerDigits(value, magnitude, spec, runtime);
}

const RADIX: Readonly<Record<string, { radix: number; prefix: string }>> = {
  '': { radix: 10, prefix: '' },
  d: { radix: 10, prefix: '' },
  n: { radix: 10, prefix: '' },
  b: { radix: 2, prefix: '0b' },
  o: { radix: 8, prefix: '0o' },
  x: { radix: 16, prefix: '0x' },
  X: { radix: 16, prefix: '0X' },
};

function integerDigits(value: Value, magnitude: number, spec: Spec, runtime: Runtime): string {
  const format = RADIX[spec.type];
  if (format === undefined || !isInteger(value) || spec.precision !== undefined) {
    throw runtime.error('value_error', `Format '${spec.type}' does not work on ${typeName(value)}.`);
  }
  const digits = magnitude.toString(format.radix);
  return (spec.alternate ? format.prefix : '') + (spec.type === 'X' ? digits.toUpperCase() : digits);
}

function generalDigits(magnitude: number, precision: number): string {
  const significant = Math.max(1, precision);
  const exponent = magnitude === 0 ? 0 : Number(magnitude.toExponential(significant - 1).split('e')[1]);
  if (exponent < -4 || exponent >= significant) {
    const [mantissa = '', power = ''] = magnitude.toExponential(significant - 1).split('e');
    return `${withoutZeros(mantissa)}e${power[0]}${power.slice(1).padStart(2, '0')}`;
  }
  return withoutZeros(toFixedHalfEven(magnitude, Math.max(0, significant - 1 - exponent)));
}

function withoutZeros(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}

function grouped(digits: string, separator: string): string {
  if (separator === '') return digits;
  const [, whole = '', rest = ''] = /^(\d*)(.*)$/s.exec(digits) ?? [];
  return whole.replace(/\B(?=(?:\d{3})+$)/g, separator) + rest;
}

function padded(sign: string, text: string, spec: Spec, defaultAlign: string): string {
  const missing = spec.width - sign.length - textLength(text);
  if (missing <= 0) return sign + text;
  switch (spec.align ?? defaultAlign) {
    case '=':
      return sign + spec.fill.repeat(missing) + text;
    case '<':
      return sign + text + spec.fill.repeat(missing);
    case '^': {
      const left = Math.floor(missing / 2);
      return spec.fill.repeat(left) + sign + text + spec.fill.repeat(missing - left);
    }
    default:
      return spec.fill.repeat(missing) + sign + text;
  }
}
