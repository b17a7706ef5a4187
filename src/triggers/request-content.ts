import type { JsonValue } from '../json.ts';
import { type Reading, read, refuse } from './rejection.ts';
import { readJson } from './strict-json.ts';

/** The JSON that a request brings, and what its headers say it is. */
export interface RequestContent<Format> {
  readonly format: Format | 'json';
  readonly value: JsonValue;
}

interface ContentRequest {
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
}

/** Reads the JSON of a request. `readType` tells what a Content-Type says that it is. */
export function readRequestContent<Format>(
  { headers, body }: ContentRequest,
  readType: (contentType: string) => Reading<Format>,
): Reading<RequestContent<Format>> {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    return refuse('encoding_unsupported', 'Compressed bodies are not accepted; send the body without Content-Encoding.');
  }
  const contentType = headers.get('content-type') ?? '';
  if (contentType === '' && body.byteLength > 0) {
    return refuse('media_type_missing', 'Content-Type is missing; send application/json.');
  }
  const format = contentType === '' ? read('json' as const) : readType(contentType);
  if (format.kind === 'refused') return format;
  const value = readJson(body);
  return value.kind === 'refused' ? value : read({ format: format.value, value: value.value });
}
