import { WebhookRefusal } from './errors.ts';

/** Headers as pairs of name and value, as `Headers` of fetch gives them; a repeated header is repeated, or joined with a comma. */
export type HeaderPairs = Iterable<readonly [name: string, value: string]>;

/** Names in lower case, each with the values it was given. */
export type WebhookHeaders = ReadonlyMap<string, readonly string[]>;

/** Names and values together, as the Functions host takes them at most. */
const HEADER_BLOCK_BYTES = 32 * 1024;
/** One header that is read here. */
const HEADER_VALUE_BYTES = 4 * 1024;

/** @throws WebhookRefusal `header_too_large` */
export function readHeaders(pairs: HeaderPairs): WebhookHeaders {
  const headers = new Map<string, string[]>();
  let size = 0;
  for (const [name, value] of pairs) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (size > HEADER_BLOCK_BYTES) {
      throw new WebhookRefusal(
        'header_too_large',
        `The headers together have more than ${HEADER_BLOCK_BYTES} bytes: send fewer.`,
      );
    }
    const key = name.toLowerCase();
    const values = headers.get(key);
    if (values === undefined) headers.set(key, [value]);
    else values.push(value);
  }
  return headers;
}

/**
 * The only value of a header; undefined if it is missing or empty. None of the headers read here may hold a comma with a space
 * after it, so that is a repeated header whose values were joined on the way.
 * @throws WebhookRefusal `header_repeated`, `header_too_large`
 */
export function singleValue(headers: WebhookHeaders, name: string): string | undefined {
  const [value, ...others] = headers.get(name) ?? [];
  if (value === undefined) return undefined;
  if (others.length > 0 || value.includes(', ')) throw repeatedHeader(name);
  if (Buffer.byteLength(value) > HEADER_VALUE_BYTES) {
    throw new WebhookRefusal('header_too_large', `The header ${name} has more than ${HEADER_VALUE_BYTES} bytes.`);
  }
  return withoutBlanks(value) || undefined;
}

export function repeatedHeader(name: string): WebhookRefusal {
  return new WebhookRefusal('header_repeated', `The header ${name} is given more than once: send it once.`);
}

/** Without the white space that HTTP allows around a value. No pattern: those take long for long blanks within. */
function withoutBlanks(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isBlank(value[start])) start += 1;
  while (end > start && isBlank(value[end - 1])) end -= 1;
  return value.slice(start, end);
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
