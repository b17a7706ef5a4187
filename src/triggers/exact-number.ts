/** Decimal digits that every double keeps. */
const SAFE_LENGTH = 15;

/**
 * Whether `value`, read from the JSON number `text`, still says what the text said. Integers must be safe ones (up to 2^53 - 1);
 * other numbers must be the shortest form of the double or its form with 17 digits, which is what other languages print.
 */
export function isExactNumber(text: string, value: number): boolean {
  if (text.length <= SAFE_LENGTH && !/[eE]/.test(text)) return true;
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(value);
  const wanted = significant(text);
  return wanted === significant(String(value)) || wanted === significant(value.toPrecision(17));
}

/** Sign, digits and exponent with nothing superfluous, so that `1.50e3` and `1500` are the same text. */
function significant(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const trimmed = withoutTrailingZeros(digits);
  if (trimmed === '') return '0';
  const scale = Number(exponent) - fraction.length + (digits.length - trimmed.length);
  return `${mantissa.startsWith('-') ? '-' : ''}${trimmed}e${scale}`;
}

/** No pattern: those take long for long zeros within. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
