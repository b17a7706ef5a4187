import { finite } from '../../sql/arithmetic.ts';
import type { BuiltIn } from './functions.ts';

export const MATH_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  ABS: of1(Math.abs),
  ACOS: of1(Math.acos),
  ASIN: of1(Math.asin),
  ATAN: of1(Math.atan),
  ATN2: of2(Math.atan2),
  CEILING: of1(Math.ceil),
  COS: of1(Math.cos),
  COT: of1((number) => 1 / Math.tan(number)),
  DEGREES: of1((radians) => (radians * 180) / Math.PI),
  EXP: of1(Math.exp),
  FLOOR: of1(Math.floor),
  LOG: { arity: [1, 2], call: ([number, base = Math.E]) => both(number, base, (value, of) => Math.log(value) / Math.log(of)) },
  LOG10: of1(Math.log10),
  PI: { arity: [0, 0], call: () => Math.PI },
  POWER: of2((base, exponent) => base ** exponent),
  RADIANS: of1((degrees) => (degrees * Math.PI) / 180),
  RAND: { arity: [0, 0], call: () => Math.random() },
  ROUND: { arity: [1, 2], call: ([number, digits = 0]) => both(number, digits, roundTo) },
  SIGN: of1(Math.sign),
  SIN: of1(Math.sin),
  SQRT: of1(Math.sqrt),
  SQUARE: of1((number) => number * number),
  TAN: of1(Math.tan),
  TRUNC: of1(Math.trunc),
  NUMBERBIN: { arity: [1, 2], call: ([number, size = 1]) => both(number, size, (value, bin) => Math.floor(value / bin) * bin) },
};

function of1(calculate: (number: number) => number): BuiltIn {
  return { arity: [1, 1], call: ([number]) => (typeof number === 'number' ? finite(calculate(number)) : undefined) };
}

function of2(calculate: (left: number, right: number) => number): BuiltIn {
  return { arity: [2, 2], call: ([left, right]) => both(left, right, calculate) };
}

function both(left: unknown, right: unknown, calculate: (left: number, right: number) => number): number | undefined {
  return typeof left === 'number' && typeof right === 'number' ? finite(calculate(left, right)) : undefined;
}

/** Halves go away from zero. */
function roundTo(number: number, digits: number): number {
  const scale = 10 ** digits;
  return (Math.sign(number) * Math.round(Math.abs(number) * scale)) / scale;
}
