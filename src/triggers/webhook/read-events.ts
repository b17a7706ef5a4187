import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { readCloudEvent } from '../cloud-event.ts';
import type { EventContent } from '../event.ts';
import { type BodyFormat, readEventsMediaType } from '../media-type.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { type RequestContent, readRequestContent } from '../request-content.ts';
import { readTraceParent } from '../trace-parent.ts';
import type { SentEvent } from '../trigger-event.ts';
import { itemRejection } from './batch-item.ts';
import { fromBinaryForm, hasAttributeHeaders } from './binary-cloud-event.ts';
import type { Delivery } from './delivery.ts';
import { type DeliveryMark, deliveryMark } from './delivery-mark.ts';
import { readEventGridEvent } from './event-grid-event.ts';
import type { WebhookSource } from './source.ts';

/** What a delivery holds: one event, or a list of them. */
export type SentEvents =
  | { readonly kind: 'one'; readonly event: SentEvent }
  | { readonly kind: 'batch'; readonly events: readonly SentEvent[] };

/** What an event is called whose sender says nothing. */
const DEFAULT_TYPE = 'webhook.received';
/** Each event of a batch costs a write, and all are answered together. */
const MAX_BATCH = 100;
/** Members of a CloudEvent that are no extensions. */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema', 'data', 'data_base64'],
  ...['traceparent', 'tracestate'],
]);

/** Reads the events of a delivery, all or none: one that cannot be read refuses its whole batch. */
export function readEvents(delivery: Delivery, source: WebhookSource): Reading<SentEvents> {
  const content = readRequestContent(delivery, readEventsMediaType);
  if (content.kind === 'refused') return content;
  const mark = deliveryMark(delivery, content.value.value, source.verification);
  if (mark.kind === 'refused') return mark;
  switch (source.format) {
    case 'plain':
      return one(plainEvent(content.value.value, mark.value, delivery, source));
    case 'event_grid':
      return batch(content.value.value, (item) => eventGridEvent(item, delivery, source));
    case 'cloud_events':
      return cloudEvents(content.value, mark.value, delivery, source);
  }
}

function cloudEvents(
  { format, value }: RequestContent<BodyFormat | 'cloud_event_batch'>,
  mark: DeliveryMark,
  delivery: Delivery,
  { verification }: WebhookSource,
): Reading<SentEvents> {
  if (format === 'cloud_event_batch') return batch(value, (item) => cloudEvent(item, delivery));
  if (format === 'cloud_event') {
    const event = cloudEvent(value, delivery);
    return event.kind === 'refused' ? event : one(event.value);
  }
  if (!hasAttributeHeaders(delivery.headers)) {
    const remedy = 'send the headers ce-specversion, ce-id, ce-source and ce-type, or application/cloudevents+json';
    return refuse('attribute_missing', `This is no CloudEvent; ${remedy}.`);
  }
  // A signature covers the body alone: whoever has recorded an event could otherwise send it again as the data of another one.
  if (verification.kind === 'signature' && areCloudEvents(isJsonArray(value) ? value : [value])) {
    const what = 'The headers ce-… are not allowed beside a signed body that is a CloudEvent itself';
    return refuse('header_forbidden', `${what}; send it as application/cloudevents+json, or as a batch.`);
  }
  const structured = fromBinaryForm(delivery.headers, value);
  if (structured.kind === 'refused') return structured;
  const event = cloudEvent(structured.value, delivery);
  if (event.kind === 'refused') {
    const { path: _, ...rejection } = event.rejection;
    return { kind: 'refused', rejection };
  }
  // A signature covers the body alone: the headers that name the event could be anybody's.
  return one(verification.kind === 'signature' ? { ...event.value, ...mark } : event.value);
}

function areCloudEvents(values: readonly JsonValue[]): boolean {
  return values.length > 0 && values.every((value) => readCloudEvent(value).kind === 'read');
}

function plainEvent(data: JsonValue, mark: DeliveryMark, delivery: Delivery, source: WebhookSource): SentEvent {
  const { verification, path } = source;
  const header = verification.kind === 'signature' ? verification.scheme.typeHeader : undefined;
  const told = header === undefined ? (isJsonObject(data) ? data['type'] : undefined) : delivery.headers.get(header);
  const type = typeof told === 'string' && told !== '' ? told : DEFAULT_TYPE;
  return { ...mark, content: { ...common(delivery), type, source: `/webhooks/${path}`, data } };
}

function cloudEvent(value: JsonValue, delivery: Delivery): Reading<SentEvent> {
  const reading = readCloudEvent(value);
  if (reading.kind === 'refused') return reading;
  const { id, ...content } = reading.value;
  const properties = isJsonObject(value) ? extensionsOf(value) : {};
  return read({
    content: { ...common(delivery), ...content, properties },
    id: `${content.source} ${id}`,
    idName: "the CloudEvent's source and id",
  });
}

function extensionsOf(event: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(event).filter(([name, value]) => !ATTRIBUTES.has(name) && (typeof value !== 'object' || value === null)),
  );
}

function eventGridEvent(value: JsonValue, delivery: Delivery, { path }: WebhookSource): Reading<SentEvent> {
  const reading = readEventGridEvent(value);
  if (reading.kind === 'refused') return reading;
  const { id, source = `/webhooks/${path}`, ...content } = reading.value;
  return read({
    content: { ...common(delivery), ...content, source },
    id: `${source} ${id}`,
    idName: "the event's topic and id",
  });
}

function common({ headers, receivedAt }: Delivery): Pick<EventContent, 'properties' | 'receivedAt' | 'traceParent'> {
  const traceParent = readTraceParent(headers.get('traceparent'));
  return { ...(traceParent === undefined ? {} : { traceParent }), properties: {}, receivedAt };
}

function batch(value: JsonValue, readItem: (item: JsonValue) => Reading<SentEvent>): Reading<SentEvents> {
  if (!isJsonArray(value)) return refuse('batch_item_invalid', 'The body must be a list of events.');
  if (value.length > MAX_BATCH) {
    return refuse('batch_too_large', `The body lists ${value.length} events, the limit is ${MAX_BATCH}; send smaller batches.`);
  }
  const events: SentEvent[] = [];
  for (const [index, item] of value.entries()) {
    const event = readItem(item);
    if (event.kind === 'refused') return { kind: 'refused', rejection: itemRejection(index, event.rejection) };
    events.push(event.value);
  }
  return read({ kind: 'batch', events });
}

function one(event: SentEvent): Reading<SentEvents> {
  return read({ kind: 'one', event });
}
