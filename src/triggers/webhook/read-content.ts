import type { JsonValue } from '../../json.ts';
import { type BodyFormat, isCloudEventBatch, readCharset, readMediaType } from '../media-type.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { readJson } from '../strict-json.ts';
import type { Delivery } from './delivery.ts';

/** The JSON that a delivery brings, and what its headers say it is. */
export interface DeliveredContent {
  readonly format: BodyFormat | 'cloud_event_batch';
  readonly value: JsonValue;
}

export function readContent({ headers, body }: Delivery): Reading<DeliveredContent> {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    return refuse('encoding_unsupported', 'Compressed bodies are not accepted; send the body without Content-Encoding.');
  }
  const format = readFormat(headers.get('content-type') ?? '', body);
  if (format.kind === 'refused') return format;
  const value = readJson(body);
  return value.kind === 'refused' ? value : read({ format: format.value, value: value.value });
}

function readFormat(contentType: string, body: Uint8Array): Reading<DeliveredContent['format']> {
  if (contentType === '') {
    if (body.byteLength === 0) return read('json');
    return refuse('media_type_missing', 'Content-Type is missing; send application/json.');
  }
  if (!isCloudEventBatch(contentType)) return readMediaType(contentType);
  const charset = readCharset(contentType);
  return charset.kind === 'refused' ? charset : read('cloud_event_batch');
}
