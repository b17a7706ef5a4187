import { z } from 'zod';
import { amqp } from './amqp-values.ts';
import { BrokerError, CONDITION } from './errors.ts';
import type { Queue } from './queue.ts';
import { parseRequestBody } from './request-body.ts';
import { type NodeReply, type NodeRequest, type Operations, STATUS } from './request-node.ts';
import type { SessionTable } from './session-table.ts';

/** .NET's last moment, in Unix milliseconds: asks for the sessions with messages, whenever their state was set. */
const END_OF_TIME = 253_402_300_799_999;

const sessionBody = z.object({ 'session-id': z.string() });
const stateBody = z.object({ 'session-id': z.string(), 'session-state': z.instanceof(Buffer).nullish() });
const listBody = z.object({ 'last-updated-time': z.date(), skip: z.int().min(0), top: z.int().min(0) });

/** What a `$management` node can do with the sessions of a queue. */
export const SESSION_OPERATIONS: Operations<Queue> = new Map([
  ['renew-session-lock', renewSessionLock],
  ['get-session-state', getSessionState],
  ['set-session-state', setSessionState],
  ['get-message-sessions', listSessions],
]);

function renewSessionLock(queue: Queue, { body, linkName }: NodeRequest): NodeReply {
  const { 'session-id': id } = parseRequestBody(sessionBody, body);
  const expiration = sessionsOf(queue).renewSession(id, linkName);
  return { status: STATUS.ok, body: amqp.map({ expiration: amqp.timestamp(expiration) }) };
}

function getSessionState(queue: Queue, { body, linkName }: NodeRequest): NodeReply {
  const { 'session-id': id } = parseRequestBody(sessionBody, body);
  sessionsOf(queue).heldSession(id, linkName);
  const state = queue.sessionStates.get(id);
  return { status: STATUS.ok, body: amqp.map({ 'session-state': state === undefined ? null : amqp.binary(state) }) };
}

function setSessionState(queue: Queue, { body, linkName }: NodeRequest): NodeReply {
  const { 'session-id': id, 'session-state': state } = parseRequestBody(stateBody, body);
  sessionsOf(queue).heldSession(id, linkName);
  if (state) queue.sessionStates.set(id, state);
  else queue.sessionStates.remove(id);
  return { status: STATUS.ok };
}

function listSessions(queue: Queue, { body }: NodeRequest): NodeReply {
  const { 'last-updated-time': after, skip, top } = parseRequestBody(listBody, body);
  const sessions = sessionsOf(queue);
  const ids = after.getTime() >= END_OF_TIME ? sessions.ids() : queue.sessionStates.setAfter(after.getTime());
  const page = ids.slice(skip, skip + top);
  if (page.length === 0) return { status: STATUS.noContent };
  return { status: STATUS.ok, body: amqp.map({ skip: amqp.int(skip + page.length), 'sessions-ids': amqp.strings(page) }) };
}

function sessionsOf(queue: Queue): SessionTable {
  if (queue.sessions !== undefined) return queue.sessions;
  throw new BrokerError(CONDITION.notAllowed, `'${queue.name}' does not require sessions, so it has none.`);
}
