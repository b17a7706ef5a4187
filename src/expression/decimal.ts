/** `coefficient` · 10^`exponent`. Immutable. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** Significant digits that results are rounded to, half to even, as Python's default context does. */
const PRECISION = 28;
const MAX_EXPONENT = 400;
const DECIMAL = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,4}))?$/;

/** Reads `12.50` or `1e-7`. Undefined if it is no number, too long, or its exponent is beyond ±400. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text.trim().replaceAll('_', ''));
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  if (digits === '' || digits.length > MAX_EXPONENT) return undefined;
  const coefficient = BigInt(`${sign === '-' ? '-' : ''}${digits}`);
  return inRange({ coefficient, exponent: Number(exponent) - fraction.length });
}

export function addDecimals(a: Decimal, b: Decimal): Decimal | undefined {
  const exponent = Math.min(a.exponent, b.exponent);
  return rounded({ coefficient: scaled(a, exponent) + scaled(b, exponent), exponent });
}

export function negateDecimal({ coefficient, exponent }: Decimal): Decimal {
  return { coefficient: -coefficient, exponent };
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal | undefined {
  return rounded({ coefficient: a.coefficient * b.coefficient, exponent: a.exponent + b.exponent });
}

/** Undefined if the divisor is zero; the caller tells that apart beforehand. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.coefficient === 0n) return undefined;
  const ideal = a.exponent - b.exponent;
  const shift = Math.max(0, PRECISION + 2 + digitsOf(b.coefficient) - digitsOf(a.coefficient));
  const dividend = a.coefficient * 10n ** BigInt(shift);
  const quotient = dividend / b.coefficient;
  // A sticky digit keeps a remainder from looking like an exact half.
  const sticky = dividend % b.coefficient === 0n ? 0n : quotientSign(a, b);
  const result = rounded({ coefficient: quotient * 10n + sticky, exponent: ideal - shift - 1 });
  return result === undefined ? undefined : trimmed(result, ideal);
}

/** Quotient cut toward zero, and the remainder that goes with it. */
export function divideWithRemainder(a: Decimal, b: Decimal): { quotient: Decimal; remainder: Decimal } | undefined {
  if (b.coefficient === 0n) return undefined;
  const exponent = Math.min(a.exponent, b.exponent);
  const dividend = scaled(a, exponent);
  const divisor = scaled(b, exponent);
  return {
    quotient: { coefficient: dividend / divisor, exponent: 0 },
    remainder: { coefficient: dividend % divisor, exponent },
  };
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = scaled(a, exponent);
  const right = scaled(b, exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Rounds to `places` after the point, half to even. */
export function roundDecimal(value: Decimal, places: number): Decimal {
  if (value.exponent >= -places) return { coefficient: scaled(value, -places), exponent: -places };
  return { coefficient: halfEven(value.coefficient, 10n ** BigInt(-places - value.exponent)), exponent: -places };
}

/** What `str()` gives: with an exponent where the point would be far from the digits. */
export function decimalToText(value: Decimal): string {
  const { digits, sign } = signAndDigits(value);
  const adjusted = value.exponent + digits.length - 1;
  if (value.exponent <= 0 && adjusted >= -6) return decimalToPlainText(value);
  const fraction = digits.length === 1 ? '' : `.${digits.slice(1)}`;
  return `${sign}${digits[0]}${fraction}E${adjusted < 0 ? '' : '+'}${adjusted}`;
}

/** All digits, without an exponent. */
export function decimalToPlainText(value: Decimal): string {
  const { digits, sign } = signAndDigits(value);
  const { exponent } = value;
  if (exponent >= 0) return sign + (digits === '0' ? digits : digits + '0'.repeat(exponent));
  const padded = digits.padStart(-exponent + 1, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

function signAndDigits({ coefficient }: Decimal): { readonly sign: string; readonly digits: string } {
  const negative = coefficient < 0n;
  return { sign: negative ? '-' : '', digits: (negative ? -coefficient : coefficient).toString() };
}

export function decimalToNumber(value: Decimal): number {
  return Number(`${value.coefficient}e${value.exponent}`);
}

function quotientSign(a: Decimal, b: Decimal): bigint {
  return a.coefficient < 0n === b.coefficient < 0n ? 1n : -1n;
}

function scaled(value: Decimal, exponent: number): bigint {
  return value.coefficient * 10n ** BigInt(value.exponent - exponent);
}

function rounded({ coefficient, exponent }: Decimal): Decimal | undefined {
  const excess = digitsOf(coefficient) - PRECISION;
  if (excess <= 0) return inRange({ coefficient, exponent });
  return inRange({ coefficient: halfEven(coefficient, 10n ** BigInt(excess)), exponent: exponent + excess });
}

/** Without the zeros at its end that only the division brought. */
function trimmed({ coefficient, exponent }: Decimal, ideal: number): Decimal {
  let digits = coefficient;
  let power = exponent;
  while (power < ideal && digits % 10n === 0n) {
    digits /= 10n;
    power += 1;
  }
  return { coefficient: digits, exponent: power };
}

function halfEven(coefficient: bigint, divisor: bigint): bigint {
  const magnitude = coefficient < 0n ? -coefficient : coefficient;
  const quotient = magnitude / divisor;
  const twice = (magnitude % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n) ? 1n : 0n;
  return coefficient < 0n ? -(quotient + up) : quotient + up;
}

function digitsOf(coefficient: bigint): number {
  return (coefficient < 0n ? -coefficient : coefficient).toString().length;
}

function inRange(value: Decimal): Decimal | undefined {
  return Math.abs(value.exponent) > MAX_EXPONENT ? undefined : value;
}
