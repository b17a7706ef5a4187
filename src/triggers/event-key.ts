import type { JsonValue } from '../json.ts';
import { type Reading, read, refuse } from './rejection.ts';

export const MAX_KEY_LENGTH = 255;

/** A value as an idempotency key; `where` says in messages where it was looked for. */
export function readKey(value: JsonValue | undefined, where: string): Reading<string> {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    const message = `The idempotency key (${where}) is a number of more digits than can be kept; send text with a letter in it.`;
    return refuse('number_precision', message);
  }
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text.trim() === '') {
    return refuse('idempotency_key_missing', `There is no idempotency key: ${where} must be text or an integer, and not empty.`);
  }
  if (text.length > MAX_KEY_LENGTH) {
    return refuse(
      'idempotency_key_too_long',
      `The idempotency key (${where}) has ${text.length} characters, the limit is ${MAX_KEY_LENGTH}.`,
    );
  }
  return read(text);
}

/** The header `Idempotency-Key` as an idempotency key. Its standard form is a quoted text; most clients send it bare. */
export function readKeyHeader(header: string): Reading<string> {
  return readKey(/^"(.*)"$/.exec(header)?.[1] ?? header, 'the header Idempotency-Key');
}
