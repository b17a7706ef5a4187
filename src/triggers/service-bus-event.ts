import { canonicalHash } from '../canonical-json.ts';
import type { JsonValue } from '../json.ts';
import { readCloudEvent } from './cloud-event.ts';
import type { Event, EventContent } from './event.ts';
import { readKey } from './event-key.ts';
import { readMediaType } from './media-type.ts';
import { type Reading, read } from './rejection.ts';
import { readMetadata, type ServiceBusMessage, type ServiceBusMetadata, withoutBodyMembers } from './service-bus-metadata.ts';
import { readJson } from './strict-json.ts';
import { readTraceParent } from './trace-parent.ts';
import type { ServiceBusSource, Trigger } from './trigger.ts';

/** What a sender calls an event when it says nothing. */
const DEFAULT_TYPE = 'service_bus.message';

/** `ignored`: the trigger's `when` is not true of the message, whatever else may be wrong with it. */
export type EventReading = Reading<Event> | { readonly kind: 'ignored' };

/** Makes a message into an event, or says why it can never be one. `receivedAt` is RFC 3339. */
export function readServiceBusEvent(
  message: ServiceBusMessage,
  trigger: Trigger,
  receivedAt: string,
  maxBodyBytes?: number,
): EventReading {
  const body = readJson(bodyOf(message), maxBodyBytes);
  if (body.kind === 'refused') return body;
  const fields = message.metadata ?? {};
  const metadata = readMetadata(typeof message.body === 'string' ? withoutBodyMembers(fields, body.value) : fields);
  if (metadata.kind === 'refused') return metadata;
  const identified = identify(body.value, metadata.value, trigger.source, receivedAt);
  if (identified.kind === 'refused') return identified;
  const { content, id } = identified.value;
  const wanted = trigger.when?.(content) ?? read(true);
  if (wanted.kind === 'refused') return wanted;
  if (wanted.value !== true) return { kind: 'ignored' };
  const rejection = trigger.checkBody?.(content.data);
  if (rejection !== undefined) return { kind: 'refused', rejection };
  const key = eventKey(content, id, trigger);
  if (key.kind === 'refused') return key;
  return read({ ...content, key: key.value, payloadHash: canonicalHash(content.data) });
}

function bodyOf({ body }: ServiceBusMessage): Uint8Array | string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError("The host has parsed the message's body already; register the function with dataType: 'binary'.");
}

interface Identified {
  readonly content: EventContent;
  /** How the sender marked the event, if it did. */
  readonly id: string | number | undefined;
}

function identify(
  body: JsonValue,
  metadata: ServiceBusMetadata,
  source: ServiceBusSource,
  receivedAt: string,
): Reading<Identified> {
  const format = readMediaType(metadata.contentType ?? 'application/json');
  if (format.kind === 'refused') return format;
  const { messageId, correlationId, subject, properties } = metadata;
  const traceParent = readTraceParent(properties['traceparent'] ?? properties['diagnostic-Id']);
  const common = {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(traceParent === undefined ? {} : { traceParent }),
    properties,
    receivedAt,
  };
  if (format.value === 'json') {
    const type = subject ?? DEFAULT_TYPE;
    const content = {
      ...common,
      type,
      source: `/service-bus/${source.queue}`,
      data: body,
      ...(subject === undefined ? {} : { subject }),
    };
    return read({ content, id: messageId });
  }
  const cloudEvent = readCloudEvent(body);
  if (cloudEvent.kind === 'refused') return cloudEvent;
  const { id, ...content } = cloudEvent.value;
  return read({ content: { ...common, ...content }, id: `${content.source} ${id}` });
}

function eventKey(content: EventContent, id: string | number | undefined, trigger: Trigger): Reading<string> {
  if (trigger.key === undefined) return readKey(id, "the message's id (messageId)");
  const value = trigger.key(content);
  return value.kind === 'refused' ? value : readKey(value.value, "the value of the trigger's key");
}
