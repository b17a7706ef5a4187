import { formatValue } from './format-spec.ts';
import type { Runtime } from './runtime.ts';
import { representation, toText } from './text.ts';
import { isInteger, isList, isMapping, numberOf, typeName, type Value } from './values.ts';

const CONVERSION = /%(?:\(([^()]*)\))?([-+ 0#]*)(\d{1,6})?(?:\.(\d{1,2}))?([a-zA-Z%])/g;

/** `'%s of %d' % values`. `isTuple` tells a tuple, which holds one value for each mark, from a list, which is one value. */
export function formatPercent(format: string, values: Value, isTuple: boolean, runtime: Runtime): string {
  runtime.spendText(format.length);
  const queue = isTuple && isList(values) ? [...values] : [values];
  const next = (): Value => {
    const value = queue.shift();
    if (value === undefined) throw runtime.error('type_error', 'The format has more marks than there are values.');
    return value;
  };
  let named = false;
  const text = format.replace(
    CONVERSION,
    (_mark, key: string | undefined, flags: string, width = '', precision, type: string) => {
      if (type === '%') return '%';
      named ||= key !== undefined;
      const value = key === undefined ? next() : entry(values, key, runtime);
      return formatMark(value, flags, width, precision, type, runtime);
    },
  );
  if (queue.length > 0 && !named && (isTuple || !(isList(values) || isMapping(values)))) {
    throw runtime.error('type_error', 'The format has fewer marks than there are values.');
  }
  runtime.spendText(text.length);
  return text;
}

function entry(values: Value, key: string, runtime: Runtime): Value {
  if (isMapping(values) && Object.hasOwn(values, key)) return values[key] ?? null;
  throw runtime.error('no_such_key', `The format names '${key}', which is not among the values.`);
}

function formatMark(
  value: Value,
  flags: string,
  width: string,
  precision: string | undefined,
  type: string,
  runtime: Runtime,
): string {
  const align = flags.includes('-') ? '<' : '>';
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const places = precision === undefined ? '' : `.${precision}`;
  if (type === 's' || type === 'r') {
    const text = type === 's' ? toText(value, runtime) : representation(value, runtime);
    return formatValue(text, `${align}${width}${places}`, runtime);
  }
  const number = numberOf(value);
  if (number === undefined) throw runtime.error('type_error', `'%${type}' needs a number, not ${typeName(value)}.`);
  const zero = flags.includes('0') && align === '>' ? '0' : '';
  const layout = `${zero === '' ? align : ''}${sign}${zero}${width}`;
  if (['d', 'i', 'u'].includes(type)) return formatValue(Math.trunc(number), `${layout}d`, runtime);
  return formatValue(isInteger(value) ? number : value, `${layout}${places}${type}`, runtime);
}

const FIELD = /\{\{|\}\}|\{([^{}:!]*)(?:!([rs]))?(?::([^{}]*))?\}|[{}]/g;

/** `'{} and {name:>8}'.format(…)`; fields are positions or names, without attributes. */
export function formatFields(
  format: string,
  positional: readonly Value[],
  named: Readonly<Record<string, Value>>,
  runtime: Runtime,
): string {
  runtime.spendText(format.length);
  let automatic = 0;
  const text = format.replace(FIELD, (mark, name: string | undefined, conversion: string | undefined, spec = '') => {
    if (mark === '{{' || mark === '}}') return mark[0] ?? '';
    if (name === undefined) throw runtime.error('value_error', `A single '${mark}' in a format; double it to keep it.`);
    const value = /^\d*$/.test(name) ? positional[name === '' ? automatic++ : Number(name)] : ownEntry(named, name);
    if (value === undefined) throw runtime.error('no_such_key', `The format names '${name}', which is not among the arguments.`);
    return formatValue(conversion === 'r' ? representation(value, runtime) : value, spec, runtime);
  });
  runtime.spendText(text.length);
  return text;
}

function ownEntry(named: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined;
}
