import type { BuiltIn } from './functions.ts';
import { typeOf, type Value, type ValueType } from './values.ts';

export const TYPE_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  IS_DEFINED: check((value) => value !== undefined),
  IS_NULL: isType('null'),
  IS_BOOL: isType('boolean'),
  IS_NUMBER: isType('number'),
  IS_STRING: isType('string'),
  IS_ARRAY: isType('array'),
  IS_OBJECT: isType('object'),
  IS_PRIMITIVE: isType('null', 'boolean', 'number', 'string'),
  IS_FINITE_NUMBER: isType('number'),
  IS_INTEGER: check((value) => Number.isSafeInteger(value)),
  IIF: { arity: [3, 3], call: ([test, positive, negative]) => (test === true ? positive : negative) },
};

function check(test: (value: Value) => boolean): BuiltIn {
  return { arity: [1, 1], call: ([value]) => test(value) };
}

function isType(...types: ValueType[]): BuiltIn {
  return check((value) => types.includes(typeOf(value)));
}
