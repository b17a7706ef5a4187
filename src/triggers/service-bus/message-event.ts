import type { JsonValue } from '../../json.ts';
import { readCloudEvent } from '../cloud-event.ts';
import { readMediaType } from '../media-type.ts';
import { type Reading, read } from '../rejection.ts';
import { readJson } from '../strict-json.ts';
import { readTraceParent } from '../trace-parent.ts';
import type { Trigger } from '../trigger.ts';
import { type EventReading, readTriggerEvent, type SentEvent } from '../trigger-event.ts';
import { entityPath } from './entity.ts';
import { readMetadata, type ServiceBusMessage, type ServiceBusMetadata, withoutBodyMembers } from './message-metadata.ts';
import type { ServiceBusSource } from './source.ts';

/** What a sender calls an event when it says nothing. */
const DEFAULT_TYPE = 'service_bus.message';

const MESSAGE_ID = "the message's id (messageId)";

/** Makes a message into an event, or says why it can never be one. `receivedAt` is RFC 3339. */
export function readServiceBusEvent(
  message: ServiceBusMessage,
  trigger: Trigger<ServiceBusSource>,
  receivedAt: string,
  maxBodyBytes?: number,
): EventReading {
  const body = readJson(bodyOf(message), maxBodyBytes);
  if (body.kind === 'refused') return body;
  const fields = message.metadata ?? {};
  const metadata = readMetadata(typeof message.body === 'string' ? withoutBodyMembers(fields, body.value) : fields);
  if (metadata.kind === 'refused') return metadata;
  const sent = identify(body.value, metadata.value, trigger.source, receivedAt);
  return sent.kind === 'refused' ? sent : readTriggerEvent(sent.value, trigger);
}

function bodyOf({ body }: ServiceBusMessage): Uint8Array | string {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError("The host has parsed the message's body already; register the function with dataType: 'binary'.");
}

function identify(
  body: JsonValue,
  metadata: ServiceBusMetadata,
  source: ServiceBusSource,
  receivedAt: string,
): Reading<SentEvent> {
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
      source: `/service-bus/${entityPath(source)}`,
      data: body,
      ...(subject === undefined ? {} : { subject }),
    };
    return read({ content, id: messageId, idName: MESSAGE_ID });
  }
  const cloudEvent = readCloudEvent(body);
  if (cloudEvent.kind === 'refused') return cloudEvent;
  const { id, ...content } = cloudEvent.value;
  return read({ content: { ...common, ...content }, id: `${content.source} ${id}`, idName: MESSAGE_ID });
}
