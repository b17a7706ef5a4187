import { createHash } from 'node:crypto';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { readRetryMark, withoutRetryMark, writeRetryMark } from '../../triggers/service-bus/retry-mark.ts';
import { ownProperties } from './dead-letters.ts';

/** No queue remembers an id for longer. */
const LONGEST_DUPLICATE_WINDOW_MS = 7 * 24 * 3_600_000;

/** A message in all its AMQP sections. */
export type AnnotatedMessage = ServiceBusReceivedMessage['_rawAmqpMessage'];

/**
 * The message that a dead letter was, to be sent again: its body byte for byte, its properties but for the reason.
 *
 * A queue that detects duplicates and still knows its id would drop it without a word. So as long as one may, it gets another id, and
 * its own in a property, by which the app's triggers still know it as the same event. That other id is always the same, so that such
 * a queue drops what is sent a second time because the first was not taken out of the dead letters.
 */
export function redrivenMessage(message: ServiceBusReceivedMessage, now: number): AnnotatedMessage {
  const raw = message._rawAmqpMessage;
  const properties = ownProperties(message.applicationProperties ?? {});
  const ownId = String(message.messageId ?? '');
  const originalId = readRetryMark(properties)?.originalId ?? ownId;
  // Its time to live begins anew.
  const { absoluteExpiryTime: _expiry, creationTime: _creation, ...addressing } = raw.properties ?? {};
  const mayBeKnown = now - (message.enqueuedTimeUtc?.getTime() ?? now) < LONGEST_DUPLICATE_WINDOW_MS;
  const { timeToLive } = raw.header ?? {};
  return {
    // As it was received without reading it; the raw one is still in its AMQP section.
    body: message.body,
    ...(raw.bodyType === undefined ? {} : { bodyType: raw.bodyType }),
    ...(timeToLive === undefined ? {} : { header: { timeToLive } }),
    ...(raw.messageAnnotations === undefined ? {} : { messageAnnotations: senderAnnotations(raw.messageAnnotations) }),
    properties: { ...addressing, messageId: mayBeKnown ? newId(message, ownId) : originalId },
    applicationProperties: {
      ...withoutRetryMark(properties),
      // A mark without an attempt counts for nothing; the first leaves all others to come.
      ...(mayBeKnown ? writeRetryMark({ failures: 1, originalId }) : {}),
    },
  };
}

function newId(message: ServiceBusReceivedMessage, ownId: string): string {
  const place = `${ownId}\n${message.enqueuedTimeUtc?.getTime()}\n${message.sequenceNumber?.toString()}`;
  return `redriven-${createHash('sha256').update(place).digest('hex').slice(0, 32)}`;
}

/** The broker writes its own anew, and what was once scheduled is due now. */
function senderAnnotations(annotations: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(annotations).filter(([name]) => name === 'x-opt-partition-key' || !name.startsWith('x-opt-')),
  );
}
