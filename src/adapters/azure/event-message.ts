import type { ServiceBusMessage } from '@azure/service-bus';
import { isJsonObject } from '../../json.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import { CLOUD_EVENT_TYPE, cloudEventBody } from '../cloud-event.ts';

/**
 * An event as a message: the CloudEvent in structured mode as the body, its id as the message id, so that duplicate detection
 * works, and as properties what subscriptions filter by. Property names begin in lower case, for the host lowers them anyway.
 */
export function toMessage(event: RunEvent): ServiceBusMessage {
  return {
    body: cloudEventBody(event),
    contentType: CLOUD_EVENT_TYPE,
    messageId: event.id,
    subject: event.type,
    correlationId: event.subject,
    applicationProperties: {
      type: event.type,
      ...textField(event, 'pipeline'),
      ...textField(event, 'status'),
      ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    },
  };
}

function textField({ data }: RunEvent, name: 'pipeline' | 'status'): Record<string, string> {
  const value = isJsonObject(data) ? data[name] : undefined;
  return typeof value === 'string' ? { [name]: value } : {};
}
