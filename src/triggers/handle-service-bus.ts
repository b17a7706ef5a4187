import { HexdagError, messageOf } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Settler } from '../ports/settler.ts';
import { type AcceptDependencies, acceptEvent, type Start } from './accept-event.ts';
import type { Event } from './event.ts';
import type { Rejection } from './rejection.ts';
import { runId } from './run-id.ts';
import { type EventReading, readServiceBusEvent } from './service-bus-event.ts';
import { readDelivery, type ServiceBusMessage } from './service-bus-metadata.ts';
import type { Trigger } from './trigger.ts';

interface ServiceBusDependencies extends AcceptDependencies {
  readonly settler: Settler;
  readonly clock: Clock;
  readonly log: Log;
  /** The queue's limit: the delivery after which the broker itself dead-letters. */
  readonly maxDeliveryCount: number;
}

type Outcome = Start | { readonly kind: 'ignored' };

/** What the broker keeps of a dead letter's description. */
const MAX_DESCRIPTION = 4_096;

/** A refused message cannot be dead-lettered, because the host did not say which lock it holds. */
class LockTokenMissingError extends HexdagError {
  readonly code = 'lock_token_missing';
  readonly retryable = true;
}

/**
 * Starts the run of a message. Returning means that the message is done with: its run is stored, or it is dead-lettered with the reason.
 * Whatever it throws makes the host give the message back for another delivery.
 */
export async function handleServiceBusMessage(
  message: ServiceBusMessage,
  trigger: Trigger,
  dependencies: ServiceBusDependencies,
): Promise<void> {
  const event = readServiceBusEvent(message, trigger, new Date(dependencies.clock.now()).toISOString());
  try {
    const outcome = await accept(event, trigger, dependencies);
    if (outcome.kind === 'rejected') await deadLetter(message, outcome.rejection, trigger, dependencies);
    else report(outcome, trigger, dependencies.log);
  } catch (error) {
    if (readDelivery(message).deliveryCount >= dependencies.maxDeliveryCount)
      reportLastFailure(error, event, trigger, dependencies.log);
    throw error;
  }
}

async function accept(event: EventReading, trigger: Trigger, dependencies: ServiceBusDependencies): Promise<Outcome> {
  if (event.kind === 'ignored') return event;
  if (event.kind === 'refused') return { kind: 'rejected', rejection: event.rejection };
  warnOfTraceParent(event.value, trigger, dependencies.log);
  return acceptEvent(event.value, trigger, dependencies);
}

async function deadLetter(
  message: ServiceBusMessage,
  rejection: Rejection,
  trigger: Trigger,
  { settler, log }: ServiceBusDependencies,
): Promise<void> {
  const { code, message: description } = rejection;
  const { lockToken, deliveryCount, messageId } = readDelivery(message);
  if (lockToken === undefined) {
    const why = `A message for trigger '${trigger.name}' is refused (${code}), but the host named no lock token that can be trusted`;
    throw new LockTokenMissingError(`${why}; register the function for a single message with dataType: 'binary'.`);
  }
  await settler.refuse({ lockToken, received: message }, code, clip(description));
  const { runId: holder } = rejection;
  const properties = { trigger: trigger.name, code, messageId: messageId ?? null, deliveryCount };
  log('warn', 'message refused', holder === undefined ? properties : { ...properties, runId: holder });
}

function clip(text: string): string {
  return text.length > MAX_DESCRIPTION ? `${text.slice(0, MAX_DESCRIPTION - 1)}…` : text;
}

function report(outcome: Exclude<Outcome, { kind: 'rejected' }>, trigger: Trigger, log: Log): void {
  const id = 'runId' in outcome ? { runId: outcome.runId } : {};
  log('debug', `event ${outcome.kind}`, { trigger: trigger.name, ...id });
}

function reportLastFailure(error: unknown, event: EventReading, trigger: Trigger, log: Log): void {
  const properties: Record<string, JsonValue> = {
    trigger: trigger.name,
    code: error instanceof HexdagError ? error.code : 'unexpected_error',
    error: messageOf(error),
  };
  if (event.kind === 'read') properties['runId'] = runId(trigger.name, event.value.key);
  log('error', 'last delivery failed; the broker dead-letters the message', properties);
}

const warned = new WeakSet<Trigger>();

/** Once per trigger: a sender that gets it wrong gets it wrong in every message. */
function warnOfTraceParent(event: Event, trigger: Trigger, log: Log): void {
  if (event.properties['traceparent'] === undefined || event.traceParent !== undefined || warned.has(trigger)) return;
  warned.add(trigger);
  log('warn', 'a malformed traceparent is ignored; the run begins a new trace', { trigger: trigger.name });
}
