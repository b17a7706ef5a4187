import { createHash } from 'node:crypto';
import type { MessageCopy, MessageFields } from '../../ports/redelivery.ts';
import { type Fields, propertiesOf, readDelivery, type ServiceBusMessage, text } from './message-metadata.ts';
import { retryDelayMs } from './retry-delay.ts';
import { withoutRetryMark, writeRetryMark } from './retry-mark.ts';
import type { ServiceBusSource } from './source.ts';

/** A message that has less time left is not worth a copy. */
const MIN_LEFT_MS = 2_000;
/** What a message's header can say; 49 days. */
const MAX_TTL_MS = 2 ** 32 - 1;

const FIELDS = [
  'contentType',
  'correlationId',
  'subject',
  'to',
  'replyTo',
  'sessionId',
  'replyToSessionId',
  'partitionKey',
] as const satisfies readonly (keyof MessageFields)[];

/**
 * The copy of a message for its next attempt: the same but for its id, the marks of the attempt, and what is left of its time to live.
 * Undefined where a copy would be wrong: other subscribers of a topic would get it too, it would leave its place in a session, it
 * expires before, or its body came as something else than the bytes that were sent. Pure.
 */
export function copyForRetry(
  message: ServiceBusMessage,
  source: ServiceBusSource,
  askedMs: number | undefined,
  now: number,
): MessageCopy | undefined {
  const { body, metadata = {} } = message;
  const properties = propertiesOf(metadata);
  if (source.queue === undefined || source.sessions) return undefined;
  if (!(body instanceof Uint8Array) || !areSendable(properties)) return undefined;
  const leftMs = timeLeftMs(metadata, now);
  if (leftMs < MIN_LEFT_MS) return undefined;
  const { failuresBefore, messageId } = readDelivery(message);
  const failures = failuresBefore + 1;
  const originalId = hasLostDigits(metadata['messageId']) ? undefined : messageId;
  const id = copyId(metadata, source.queue, failures);
  const delayMs = Math.min(retryDelayMs(failures, askedMs, id), Math.floor(leftMs / 2));
  return {
    connection: source.connection,
    queue: source.queue,
    messageId: id,
    body,
    fields: Object.fromEntries(FIELDS.map((name) => [name, text(metadata[name])]).filter(([, value]) => value !== undefined)),
    properties: { ...withoutRetryMark(properties), ...writeRetryMark({ failures, originalId }) },
    ...(leftMs - delayMs > MAX_TTL_MS ? {} : { timeToLiveMs: leftMs - delayMs }),
    dueAt: now + delayMs,
  };
}

/**
 * New for each attempt, or a queue that detects duplicates would drop the copy; and the same when one attempt is made twice, because
 * its process died between sending the copy and completing the original.
 */
function copyId(metadata: Fields, queue: string, failures: number): string {
  const origin = [
    queue,
    text(metadata['messageId']),
    text(metadata['sequenceNumber']),
    text(metadata['enqueuedTimeUtc']),
    failures,
  ];
  return `retry-${createHash('sha256').update(JSON.stringify(origin)).digest('hex').slice(0, 40)}`;
}

/** The host makes a number of an id of digits alone. As the text of a mark, what is left of a long one would be taken for a key. */
function hasLostDigits(messageId: unknown): boolean {
  return typeof messageId === 'number' && !Number.isSafeInteger(messageId);
}

function timeLeftMs(metadata: Fields, now: number): number {
  const expires = text(metadata['expiresAtUtc']) ?? '';
  // Some versions of the host leave the zone out.
  const at = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/.test(expires) ? expires : `${expires}Z`);
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at - now;
}

function areSendable(properties: Fields): properties is Readonly<Record<string, string | number | boolean | null>> {
  return Object.values(properties).every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value));
}
