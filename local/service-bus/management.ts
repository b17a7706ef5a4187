import type { Typed } from 'rhea';
import { z } from 'zod';
import { amqp, changesFromMap, encodeValue, toSequenceNumber } from './amqp-values.ts';
import { encodeDelivery } from './delivery-encoding.ts';
import type { Destination } from './destination.ts';
import { BrokerError, CONDITION, sentToSubscription } from './errors.ts';
import { uuidToBytes, uuidToText } from './guid.ts';
import type { Queue } from './queue.ts';
import type { Settlement } from './queue-surroundings.ts';
import { parseRequestBody } from './request-body.ts';
import { type NodeReply, type NodeRequest, type Operations, type RequestHandler, STATUS } from './request-node.ts';
import { RULE_OPERATIONS } from './rules/rule-management.ts';
import { parseMessage } from './sections.ts';
import { SESSION_OPERATIONS } from './session-management.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

const RECEIVE_AND_DELETE = 0;
const NO_LOCK = Buffer.alloc(16);

const sequenceNumbers = z.array(z.unknown().transform(toSequenceNumber));
const lockTokens = z.array(z.instanceof(Buffer).transform(uuidToText));

const peekBody = z.object({
  'from-sequence-number': z.unknown().transform(toSequenceNumber),
  'message-count': z.number(),
  'session-id': z.string().nullish(),
});
const scheduleBody = z.object({ messages: z.array(z.object({ message: z.instanceof(Buffer) })) });
const cancelBody = z.object({ 'sequence-numbers': sequenceNumbers });
const receiveBody = z.object({
  'sequence-numbers': sequenceNumbers,
  'receiver-settle-mode': z.number(),
  'session-id': z.string().nullish(),
});
const renewBody = z.object({ 'lock-tokens': lockTokens });
const dispositionBody = z.object({
  'disposition-status': z.enum(['completed', 'abandoned', 'defered', 'suspended']),
  'lock-tokens': lockTokens,
  'deadletter-reason': z.string().nullish(),
  'deadletter-description': z.string().nullish(),
  'properties-to-modify': z.unknown().optional(),
});

const DESTINATION_OPERATIONS: Operations<Destination> = new Map([
  ['schedule-message', scheduleMessages],
  ['cancel-scheduled-message', cancelScheduledMessages],
]);
const QUEUE_OPERATIONS: Operations<Queue> = new Map([
  ...DESTINATION_OPERATIONS,
  ...SESSION_OPERATIONS,
  ['renew-lock', renewLock],
  ['peek-message', peekMessages],
  ['receive-by-sequence-number', receiveBySequenceNumber],
  ['update-disposition', updateDisposition],
]);

/** The management node of one queue. */
export function managementOf(queue: Queue): RequestHandler {
  return (request) => perform(QUEUE_OPERATIONS, queue, queue.name, request);
}

export function managementOfTopic(topic: Topic): RequestHandler {
  return (request) => perform(DESTINATION_OPERATIONS, topic, topic.name, request);
}

/** A subscription can do what its queue can, except that nothing is sent to it, and has rules. */
export function managementOfSubscription(subscription: Subscription): RequestHandler {
  const { queue } = subscription;
  return (request) => {
    if (DESTINATION_OPERATIONS.has(nameOf(request))) throw sentToSubscription(queue.name);
    if (RULE_OPERATIONS.has(nameOf(request))) return perform(RULE_OPERATIONS, subscription, queue.name, request);
    return perform(QUEUE_OPERATIONS, queue, queue.name, request);
  };
}

function perform<E>(operations: Operations<E>, entity: E, name: string, request: NodeRequest): NodeReply {
  const operation = operations.get(nameOf(request));
  if (operation === undefined) {
    throw new BrokerError(CONDITION.notImplemented, `The operation '${request.operation}' is not supported on '${name}'.`);
  }
  return operation(entity, request);
}

function nameOf({ operation }: NodeRequest): string {
  return operation.replace(/^com\.microsoft:/, '');
}

function renewLock(queue: Queue, { body }: NodeRequest): NodeReply {
  const expirations = queue.renewLocks(parseRequestBody(renewBody, body)['lock-tokens']);
  return { status: STATUS.ok, body: amqp.map({ expirations: amqp.timestamps(expirations) }) };
}

function peekMessages(queue: Queue, { body }: NodeRequest): NodeReply {
  const { 'from-sequence-number': from, 'message-count': count, 'session-id': sessionId } = parseRequestBody(peekBody, body);
  const peeked = queue.peek(from, count, sessionId ?? undefined);
  const messages = peeked.map((message) => amqp.map({ message: amqp.binary(encodeDelivery(message)) }));
  return messages.length === 0 ? { status: STATUS.noContent } : messagesReply(messages);
}

function scheduleMessages(destination: Destination, { body }: NodeRequest): NodeReply {
  const messages = parseRequestBody(scheduleBody, body).messages.map(({ message }) => parseMessage(message));
  for (const message of messages) destination.assertAcceptable(message);
  const scheduled = messages.map((message) => destination.intake.schedule(message));
  return { status: STATUS.ok, body: amqp.map({ 'sequence-numbers': amqp.longs(scheduled) }) };
}

function cancelScheduledMessages(destination: Destination, { body }: NodeRequest): NodeReply {
  destination.intake.cancel(parseRequestBody(cancelBody, body)['sequence-numbers']);
  return { status: STATUS.ok };
}

function receiveBySequenceNumber(queue: Queue, { body, linkName }: NodeRequest): NodeReply {
  const parsed = parseRequestBody(receiveBody, body);
  const { 'sequence-numbers': numbers, 'receiver-settle-mode': mode, 'session-id': session } = parsed;
  if (queue.sessions !== undefined) queue.sessions.heldSession(session ?? '', linkName);
  const received = queue.receiveDeferred(numbers, mode === RECEIVE_AND_DELETE, session ?? undefined);
  return messagesReply(
    received.map(({ message, lock }) =>
      amqp.map({
        'lock-token': amqp.uuid(lock === undefined ? NO_LOCK : uuidToBytes(lock.token)),
        message: amqp.binary(encodeDelivery(message, lock?.until)),
      }),
    ),
  );
}

function updateDisposition(queue: Queue, { body }: NodeRequest): NodeReply {
  const disposition = parseRequestBody(dispositionBody, body);
  for (const token of disposition['lock-tokens']) queue.settle(token, settlement(disposition));
  return { status: STATUS.ok };
}

function settlement(disposition: z.infer<typeof dispositionBody>): Settlement {
  const changes = changesFromMap(disposition['properties-to-modify']);
  switch (disposition['disposition-status']) {
    case 'completed':
      return { kind: 'complete' };
    case 'abandoned':
      return { kind: 'abandon', changes };
    case 'defered':
      return { kind: 'defer', changes };
    case 'suspended':
      return { kind: 'dead-letter', changes: new Map([...changes, ...deadLetterReason(disposition)]) };
  }
}

function deadLetterReason(disposition: z.infer<typeof dispositionBody>): [string, Buffer][] {
  const { 'deadletter-reason': reason, 'deadletter-description': description } = disposition;
  const changes: [string, Buffer][] = [];
  if (reason) changes.push(['DeadLetterReason', encodeValue(reason)]);
  if (description) changes.push(['DeadLetterErrorDescription', encodeValue(description)]);
  return changes;
}

function messagesReply(messages: readonly Typed[]): NodeReply {
  return { status: STATUS.ok, body: amqp.map({ messages: amqp.list(messages) }) };
}
