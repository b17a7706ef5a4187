import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { ReceivedMessage } from '../../ports/settler.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { readRetryMark, withoutRetryMark } from './retry-mark.ts';

/** A message as the host hands it over: the body as bytes, where the function registers with `dataType: 'binary'`. */
export type ServiceBusMessage = ReceivedMessage;

/** What the broker says about a message, as far as it can be trusted. */
export interface ServiceBusMetadata {
  /** A number, where the host made the id one: it may have lost digits. */
  readonly messageId: string | number | undefined;
  readonly correlationId: string | undefined;
  readonly contentType: string | undefined;
  readonly subject: string | undefined;
  readonly properties: JsonObject;
}

/** What settling, trying again and giving up need to know of a delivery. */
export interface Delivery {
  readonly lockToken: string | undefined;
  /** This delivery included. */
  readonly deliveryCount: number;
  /** Failed attempts before the message was sent again for this one. */
  readonly failuresBefore: number;
  /** As the sender gave it, to find the message again by. */
  readonly messageId: string | undefined;
}

/** The host hands numbers that JSON does not have over as these texts. */
const NOT_FINITE: ReadonlySet<unknown> = new Set(['NaN', 'Infinity', '-Infinity']);

export type Fields = Readonly<Record<string, unknown>>;

/** Takes the message's properties from the host's metadata. The host reads text as JSON wherever it can, so `12` arrives as a number. */
export function readMetadata(fields: Fields): Reading<ServiceBusMetadata> {
  const properties = readProperties(fields['applicationProperties'] ?? fields['userProperties'] ?? {});
  if (properties.kind === 'refused') return properties;
  const mark = readRetryMark(properties.value);
  const ownId = typeof fields['messageId'] === 'number' ? fields['messageId'] : text(fields['messageId']);
  return read({
    messageId: mark === undefined ? ownId : mark.originalId,
    correlationId: text(fields['correlationId']),
    contentType: text(fields['contentType']),
    subject: text(fields['subject'] ?? fields['label']),
    properties: mark === undefined ? properties.value : withoutRetryMark(properties.value),
  });
}

/** The lock token of a body handed over as text is not trusted: the body may have put it there. */
export function readDelivery({ body, metadata = {} }: ServiceBusMessage): Delivery {
  const count = Number(metadata['deliveryCount']);
  const mark = readRetryMark(propertiesOf(metadata));
  return {
    lockToken: typeof body === 'string' ? undefined : text(metadata['lockToken']),
    deliveryCount: Number.isSafeInteger(count) && count > 0 ? count : 1,
    failuresBefore: mark?.failures ?? 0,
    messageId: mark === undefined ? text(metadata['messageId']) : mark.originalId,
  };
}

/** The application properties as the host hands them over, with nothing checked. */
export function propertiesOf(metadata: Fields): Fields {
  const properties = metadata['applicationProperties'] ?? metadata['userProperties'];
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

export function readContentType({ metadata = {} }: ServiceBusMessage): string | undefined {
  return text(metadata['contentType']);
}

/**
 * The metadata without what the body could have put there: for a body handed over as text the host merges the members of the JSON
 * object into the metadata, whatever their case. Bodies handed over as bytes leave it alone.
 */
export function withoutBodyMembers(fields: Fields, body: JsonValue): Fields {
  if (!isJsonObject(body)) return fields;
  const spoofed = new Set(Object.keys(body).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !spoofed.has(name.toLowerCase())));
}

export function text(value: unknown): string | undefined {
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return scalar && value !== '' ? String(value) : undefined;
}

function readProperties(value: unknown): Reading<JsonObject> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return read({});
  const properties: [string, JsonValue][] = [];
  for (const [name, property] of Object.entries(value)) {
    if (!isPropertyValue(property) || NOT_FINITE.has(property)) {
      const allowed = 'a finite number, true, false, null, or text other than NaN and Infinity';
      return refuse('property_type', `The property '${name.slice(0, 100)}' must be ${allowed}.`);
    }
    properties.push([name, property]);
  }
  return read(Object.fromEntries(properties));
}

function isPropertyValue(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
