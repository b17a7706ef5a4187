import { isUtf8 } from 'node:buffer';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { JsonValue } from '../../json.ts';

/** What is told of a dead letter; of one, the body too. */
export interface DeadLetter {
  readonly sequenceNumber: number;
  readonly messageId: string;
  readonly reason: string;
  readonly description: string;
  readonly deliveryCount: number;
  readonly enqueuedAt: string;
  readonly sessionId?: string;
  readonly subject?: string;
  readonly contentType?: string;
  readonly correlationId?: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** How many are asked for at once; the broker may give fewer. */
const PAGE = 100;
const REASON_PROPERTIES = new Set(['DeadLetterReason', 'DeadLetterErrorDescription']);
/** What is told of a dead letter that somebody put there without saying why. */
const NO_REASON = '(none)';

/** Dead letters in the order of their numbers, for as long as somebody asks for more. Nothing is locked. Once for each client. */
export async function* peekAll(receiver: ServiceBusReceiver): AsyncGenerator<ServiceBusReceivedMessage> {
  for (;;) {
    // The SDK goes on where it ended before.
    const messages = await receiver.peekMessages(PAGE);
    if (messages.length === 0) return;
    yield* messages;
  }
}

export function describe(message: ServiceBusReceivedMessage): DeadLetter {
  const { sessionId, subject, contentType, correlationId, applicationProperties } = message;
  return {
    sequenceNumber: numberOf(message),
    messageId: String(message.messageId ?? ''),
    reason: reasonOf(message),
    description: message.deadLetterErrorDescription ?? '',
    deliveryCount: message.deliveryCount ?? 0,
    enqueuedAt: message.enqueuedTimeUtc?.toISOString() ?? '',
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(subject === undefined ? {} : { subject }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(correlationId === undefined ? {} : { correlationId: String(correlationId) }),
    properties: ownProperties(applicationProperties ?? {}),
  };
}

export function reasonOf({ deadLetterReason }: ServiceBusReceivedMessage): string {
  return deadLetterReason || NO_REASON;
}

export function numberOf({ sequenceNumber }: ServiceBusReceivedMessage): number {
  return sequenceNumber?.toNumber() ?? 0;
}

/** The properties that its sender gave it. */
export function ownProperties<Value>(properties: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !REASON_PROPERTIES.has(name)));
}

/** Text if the body's bytes are text, else what they are in Base64; a body of another kind as JSON. */
export function bodyOf({ body }: ServiceBusReceivedMessage): { readonly body: JsonValue } | { readonly bodyBase64: string } {
  const content: unknown = body;
  if (!(content instanceof Uint8Array)) return { body: JSON.stringify(content) ?? null };
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return isUtf8(bytes) ? { body: bytes.toString('utf8') } : { bodyBase64: bytes.toString('base64') };
}
