import type { Runtime } from './runtime.ts';
import { floatValue, type Value } from './values.ts';

export function integerResult(value: number, runtime: Runtime): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  throw runtime.error(
    'number_precision',
    'The result is beyond 2^53, the largest integer kept exactly; use Decimal() or float().',
  );
}

export function floatResult(value: number, runtime: Runtime): Value {
  if (Number.isFinite(value)) return floatValue(value);
  throw runtime.error('number_not_finite', 'The result is not a finite number.');
}

/** The remainder with the sign of the divisor. */
export function modulo(a: number, b: number): number {
  const remainder = a % b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
}

export function power(base: number, exponent: number, integers: boolean, runtime: Runtime): Value {
  if (base === 0 && exponent < 0) throw runtime.error('division_by_zero', 'Zero cannot be raised to a negative power.');
  if (!integers || exponent < 0) {
    const result = base ** exponent;
    if (Number.isNaN(result)) throw runtime.error('value_error', 'The power is not a real number.');
    return floatResult(result, runtime);
  }
  return integerPower(base, exponent, runtime);
}

/** Exact, and quick to give up: the result leaves 2^53 after at most 53 factors unless the base is -1, 0 or 1. */
function integerPower(base: number, exponent: number, runtime: Runtime): number {
  if (base === 0) return exponent === 0 ? 1 : 0;
  if (base === 1) return 1;
  if (base === -1) return exponent % 2 === 0 ? 1 : -1;
  let result = 1;
  for (let count = 0; count < exponent; count++) result = integerResult(result * base, runtime);
  return result;
}

/** The exact decimal text of `value` with `places` after the point, rounded half to even as Python does. */
export function toFixedHalfEven(value: number, places: number): string {
  if (Math.abs(value) >= 1e21) return BigInt(value).toString() + (places > 0 ? `.${'0'.repeat(places)}` : '');
  const text = value.toFixed(places);
  // toFixed works on the exact value but rounds ties away from zero or up; a tie has exactly one digit more, a 5.
  const exactDigits = Math.abs(value).toFixed(Math.min(100, places + 30));
  const tail =
    places === 0 ? exactDigits.slice(exactDigits.indexOf('.') + 1) : exactDigits.slice(exactDigits.indexOf('.') + 1 + places);
  if (!/^50*$/.test(tail)) return text;
  const kept = exactDigits.slice(0, exactDigits.length - tail.length).replace(/\.$/, '');
  const lastDigit = Number(kept.at(-1));
  const magnitude = lastDigit % 2 === 0 ? kept : Math.abs(value).toFixed(places);
  return (value < 0 ? '-' : '') + magnitude;
}

/** `round(value, places)`; negative places round to tens, hundreds, …. */
export function roundNumber(value: number, places: number): number {
  if (places > 22) return value;
  if (places >= 0) return Number(toFixedHalfEven(value, places));
  const unit = 10 ** Math.min(-places, 300);
  return Number(toFixedHalfEven(value / unit, 0)) * unit;
}
