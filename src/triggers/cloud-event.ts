import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { readMediaType } from './media-type.ts';
import { type Reading, type Rejection, read, refuse } from './rejection.ts';
import { requiredTextFault } from './required-texts.ts';
import { readJson } from './strict-json.ts';
import { readTraceParent } from './trace-parent.ts';

/** A CloudEvent 1.0 whose data is JSON. */
export interface CloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly traceParent?: string;
  readonly data: JsonValue;
}

const RFC_3339 = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Reads the structured JSON form. */
export function readCloudEvent(body: JsonValue): Reading<CloudEvent> {
  if (!isJsonObject(body))
    return refuse('attribute_missing', 'A structured CloudEvent is a JSON object with id, source, type.', { path: '$' });
  if (body['specversion'] !== '1.0') {
    return refuse('specversion_unsupported', 'The attribute specversion must be the text 1.0.', { path: '$.specversion' });
  }
  const fault = attributeFault(body);
  if (fault !== undefined) return { kind: 'refused', rejection: fault };
  const data = readData(body);
  if (data.kind === 'refused') return data;
  const traceParent = readTraceParent(body['traceparent']);
  return read({
    id: String(body['id']),
    source: String(body['source']),
    type: String(body['type']),
    ...(body['subject'] === undefined || body['subject'] === null ? {} : { subject: String(body['subject']) }),
    ...(traceParent === undefined ? {} : { traceParent }),
    data: data.value,
  });
}

function attributeFault(body: JsonObject): Rejection | undefined {
  const fault = requiredTextFault(body, ['id', 'source', 'type'], 'attribute');
  if (fault !== undefined) return fault;
  for (const name of ['subject', 'datacontenttype', 'dataschema', 'time', 'data_base64']) {
    if (typeof (body[name] ?? '') !== 'string') {
      return refuse('attribute_type', `The attribute ${name} must be text.`, { path: `$.${name}` }).rejection;
    }
  }
  const time = body['time'] ?? undefined;
  if (time === undefined || (RFC_3339.test(String(time)) && !Number.isNaN(Date.parse(String(time))))) return undefined;
  return refuse('attribute_type', 'The attribute time must be an RFC 3339 time, such as 2026-11-21T12:00:00Z.', {
    path: '$.time',
  }).rejection;
}

function readData(body: JsonObject): Reading<JsonValue> {
  const encoded = body['data_base64'] ?? undefined;
  if (encoded !== undefined && body['data'] !== undefined) {
    return refuse('data_conflict', 'A CloudEvent carries data or data_base64, not both.', { path: '$.data_base64' });
  }
  const mediaType = readMediaType(String(body['datacontenttype'] ?? 'application/json'));
  if (mediaType.kind === 'refused') return mediaType;
  if (encoded === undefined) return read(body['data'] ?? null);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(String(encoded))) {
    return refuse('attribute_type', 'The attribute data_base64 must be Base64.', { path: '$.data_base64' });
  }
  return readJson(Buffer.from(String(encoded), 'base64'));
}
