import { badRequest } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { BuiltIn } from './functions.ts';
import { isEqual, type Value } from './values.ts';

export const STRING_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  CONTAINS: search((text, part) => text.includes(part)),
  STARTSWITH: search((text, part) => text.startsWith(part)),
  ENDSWITH: search((text, part) => text.endsWith(part)),
  STRINGEQUALS: search((text, part) => text === part),
  LOWER: ofString((text) => text.toLowerCase()),
  UPPER: ofString((text) => text.toUpperCase()),
  LENGTH: ofString((text) => text.length),
  TRIM: ofString((text) => text.trim()),
  LTRIM: ofString((text) => text.trimStart()),
  RTRIM: ofString((text) => text.trimEnd()),
  REVERSE: ofString((text) => [...text].reverse().join('')),
  CONCAT: { arity: [2, 100], call: (values) => (values.every(isString) ? values.join('') : undefined) },
  INDEX_OF: {
    arity: [2, 3],
    call: ([text, part, from = 0]) => (isString(text) && isString(part) && isNumber(from) ? text.indexOf(part, from) : undefined),
  },
  SUBSTRING: {
    arity: [3, 3],
    call: ([text, start, length]) =>
      isString(text) && isNumber(start) && isNumber(length)
        ? text.slice(Math.max(0, start)).slice(0, Math.max(0, length))
        : undefined,
  },
  LEFT: {
    arity: [2, 2],
    call: ([text, length]) => (isString(text) && isNumber(length) ? text.slice(0, Math.max(0, length)) : undefined),
  },
  RIGHT: {
    arity: [2, 2],
    call: ([text, length]) => (isString(text) && isNumber(length) ? text.slice(Math.max(0, text.length - length)) : undefined),
  },
  REPLACE: {
    arity: [3, 3],
    call: ([text, part, other]) =>
      isString(text) && isString(part) && isString(other) ? (part === '' ? text : text.split(part).join(other)) : undefined,
  },
  REPLICATE: { arity: [2, 2], call: ([text, times]) => replicate(text, times) },
  REGEXMATCH: { arity: [2, 3], call: ([text, pattern, flags = '']) => regexMatch(text, pattern, flags) },
  STRINGJOIN: {
    arity: [2, 2],
    call: ([list, separator]) =>
      Array.isArray(list) && list.every(isString) && isString(separator) ? list.join(separator) : undefined,
  },
  STRINGSPLIT: {
    arity: [2, 2],
    call: ([text, separator]) => (isString(text) && isString(separator) ? text.split(separator) : undefined),
  },
  TOSTRING: { arity: [1, 1], call: ([value]) => (isString(value) || value === undefined ? value : JSON.stringify(value)) },
  STRINGTONUMBER: parsed((value) => typeof value === 'number'),
  STRINGTOBOOLEAN: parsed((value) => typeof value === 'boolean'),
  STRINGTONULL: parsed((value) => value === null),
  STRINGTOARRAY: parsed(Array.isArray),
  STRINGTOOBJECT: parsed((value) => isEqual(value, {}) !== undefined),
};

const LONGEST_REPLICATION = 1024 * 1024;

function isString(value: Value): value is string {
  return typeof value === 'string';
}

function isNumber(value: Value): value is number {
  return typeof value === 'number';
}

function ofString(transform: (text: string) => Value): BuiltIn {
  return { arity: [1, 1], call: ([value]) => (isString(value) ? transform(value) : undefined) };
}

/** The third argument, when true, ignores case. */
function search(test: (text: string, part: string) => boolean): BuiltIn {
  return {
    arity: [2, 3],
    call: ([text, part, ignoreCase]) => {
      if (!isString(text) || !isString(part)) return undefined;
      return ignoreCase === true ? test(text.toLowerCase(), part.toLowerCase()) : test(text, part);
    },
  };
}

function parsed(accepts: (value: JsonValue) => boolean): BuiltIn {
  return ofString((text) => {
    try {
      const value: JsonValue = JSON.parse(text);
      return accepts(value) ? value : undefined;
    } catch {
      return undefined;
    }
  });
}

function replicate(text: Value, times: Value): Value {
  if (!isString(text) || !isNumber(times) || times < 0 || text.length * times > LONGEST_REPLICATION) return undefined;
  return text.repeat(Math.trunc(times));
}

function regexMatch(text: Value, pattern: Value, flags: Value): Value {
  if (!isString(text) || !isString(pattern) || !isString(flags)) return undefined;
  try {
    return new RegExp(pattern, flags.replace('x', '')).test(text);
  } catch {
    throw badRequest(`'${pattern}' is not a regular expression, or '${flags}' are not its modifiers.`);
  }
}
