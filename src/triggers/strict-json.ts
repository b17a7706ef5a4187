import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '../json.ts';
import { JSON_DEPTH, LARGEST_BODY_BYTES } from '../limits.ts';
import { JsonFault, type JsonFaultCode, JsonScanner } from './json-scanner.ts';
import { type Reading, read, refuse } from './rejection.ts';

/**
 * Reads a body as JSON and refuses whatever a lenient reader would lose or change: bytes that are not UTF-8, keys given twice,
 * numbers that do not survive, nesting and sizes beyond the limits. The first fault of the body is the one told.
 */
export function readJson(body: Uint8Array | string, maxBytes = LARGEST_BODY_BYTES): Reading<JsonValue> {
  const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  if (size === 0) return refuse('body_empty', 'The body is empty; send a JSON value.');
  if (size > maxBytes) {
    return refuse(
      'body_too_large',
      `The body has ${size} bytes, the limit is ${maxBytes}; use a claim check: store the content as a blob and send its name.`,
    );
  }
  const text = typeof body === 'string' ? read(body) : decode(body);
  return text.kind === 'refused' ? text : parse(text.value);
}

function decode(bytes: Uint8Array): Reading<string> {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return refuse('body_encoding', 'The body is UTF-16 (it begins with its byte order mark); send JSON as UTF-8.', { offset: 0 });
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return read(buffer.toString('utf8'));
  const offset = firstBadByte(buffer);
  return refuse('body_encoding', `Byte ${offset} of the body is not UTF-8; send JSON as UTF-8.`, { offset });
}

/** Decodes leniently and finds the first replacement character that the bytes themselves do not hold. */
function firstBadByte(bytes: Buffer): number {
  let offset = 0;
  for (const character of bytes.toString('utf8')) {
    const length = Buffer.byteLength(character);
    if (character === '\ufffd' && bytes.toString('hex', offset, offset + length) !== 'efbfbd') break;
    offset += length;
  }
  return offset;
}

function parse(text: string): Reading<JsonValue> {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  try {
    return read(new JsonScanner(json, JSON_DEPTH).scan());
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const offset = Buffer.byteLength(text) - Buffer.byteLength(json) + Buffer.byteLength(json.slice(0, error.offset));
    return refuse(error.code, describe(error, offset, json), { path: error.path, offset });
  }
}

function describe(fault: JsonFault, offset: number, text: string): string {
  const messages: Record<JsonFaultCode, string> = {
    body_not_json: `The body is not JSON: ${expectation(fault, text)} at offset ${offset}${hint(text)}.`,
    json_depth: `The body is nested deeper than ${JSON_DEPTH} levels at offset ${offset}; send a flatter value.`,
    json_duplicate_key: `The key ${fault.path} is given twice; send it once.`,
    json_forbidden_key: `The key ${fault.path} is not allowed, because it would reach an object's prototype; rename it.`,
    number_not_finite: `The number at ${fault.path} is too large for a double; send it as a string.`,
    number_precision: `The number at ${fault.path} would lose digits; send it as a string.`,
  };
  return messages[fault.code];
}

function expectation(fault: JsonFault, text: string): string {
  return fault.offset >= text.length ? 'it ends too early' : 'a character that does not belong there';
}

function hint(text: string): string {
  return /^\s*</.test(text) ? ' (it looks like XML)' : '';
}
