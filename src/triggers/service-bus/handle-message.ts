import { codeOf, HexdagError, messageOf } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { CLAIMED_BODY_BYTES, MESSAGE_BODY_BYTES } from '../../limits.ts';
import type { ClaimCheckStore } from '../../ports/claim-check-store.ts';
import type { Log } from '../../ports/log.ts';
import type { Settler } from '../../ports/settler.ts';
import { type AcceptDependencies, type AcceptStage, acceptEvent, type Start } from '../accept-event.ts';
import type { Event } from '../event.ts';
import { isClaimCheck } from '../media-type.ts';
import { type Reading, type Rejection, read } from '../rejection.ts';
import { runId } from '../run-id.ts';
import type { Trigger } from '../trigger.ts';
import { redeemClaimCheck } from './claim-check.ts';
import { readServiceBusEvent } from './message-event.ts';
import { readContentType, readDelivery, type ServiceBusMessage } from './message-metadata.ts';
import { MAX_ATTEMPTS } from './retry-delay.ts';
import { type RetryDependencies, retryLater } from './retry-later.ts';
import type { ServiceBusSource } from './source.ts';
import { Turns } from './turns.ts';

interface ServiceBusDependencies extends AcceptDependencies, RetryDependencies {
  readonly claimChecks: ClaimCheckStore;
  readonly settler: Settler;
  /** The queue's limit: the delivery after which the broker itself dead-letters. */
  readonly maxDeliveryCount: number;
  /** What a body that is not claimed may have. */
  readonly maxBodyBytes?: number;
}

type Outcome = Start | { readonly kind: 'ignored' };

/** How far a delivery has come, to be told if it was the last one. */
interface Progress {
  stage: 'reading the message' | 'reading the claimed body' | AcceptStage;
  runId?: string;
}

/** Why a message becomes a dead letter. */
interface Verdict {
  readonly reason: string;
  readonly description: string;
  /** For the log. */
  readonly details?: JsonObject;
}

const RETRIES_EXHAUSTED = 'retries_exhausted';
/** A body of 16 MiB takes many times that while it is read, and a host hands over dozens of messages at a time. */
const claimedBodies = new Turns(2);
/** What the broker keeps of a dead letter's description. */
const MAX_DESCRIPTION = 4_096;

/** A refused message cannot be dead-lettered, because the host did not say which lock it holds. */
class LockTokenMissingError extends HexdagError {
  readonly code = 'lock_token_missing';
  readonly retryable = true;
}

/**
 * Starts the run of a message. Returning means that the message is done with: its run is stored, it is dead-lettered with the reason
 * (`retries_exhausted` if the last attempt failed as well), or a copy of it is stored for later. Whatever it throws makes the host give
 * the message back for another delivery.
 */
export async function handleServiceBusMessage(
  message: ServiceBusMessage,
  trigger: Trigger<ServiceBusSource>,
  dependencies: ServiceBusDependencies,
): Promise<void> {
  const progress: Progress = { stage: 'reading the message' };
  const { deliveryCount, failuresBefore } = readDelivery(message);
  const isLast = deliveryCount >= dependencies.maxDeliveryCount;
  const verdict = await judge(message, trigger, dependencies, progress).catch(async (error: unknown) => {
    if (isLast) return exhausted(error, progress, `the last of ${dependencies.maxDeliveryCount} deliveries`);
    if (!(error instanceof HexdagError && error.retryable)) throw error;
    if (failuresBefore >= MAX_ATTEMPTS) return exhausted(error, progress, `the last of ${MAX_ATTEMPTS + 1} attempts`);
    const later = await retryLater(error, message, trigger, dependencies);
    if (later === 'waited') throw error;
    return undefined;
  });
  if (verdict === undefined) return;
  try {
    await deadLetter(message, verdict, trigger, dependencies);
  } catch (error) {
    const { reason, details } = verdict;
    const properties = { trigger: trigger.name, reason, ...details, code: codeOf(error), error: messageOf(error) };
    if (isLast) dependencies.log('error', 'last delivery failed; the broker dead-letters the message', properties);
    throw error;
  }
}

/** Undefined: the message is accepted, or of no interest. */
async function judge(
  message: ServiceBusMessage,
  trigger: Trigger<ServiceBusSource>,
  dependencies: ServiceBusDependencies,
  progress: Progress,
): Promise<Verdict | undefined> {
  const work = () => accept(message, trigger, dependencies, progress);
  const outcome = await (isClaim(message) ? claimedBodies.take(work) : work());
  if (outcome.kind !== 'rejected') {
    const id = 'runId' in outcome ? { runId: outcome.runId } : {};
    dependencies.log('debug', `event ${outcome.kind}`, { trigger: trigger.name, ...id });
    return undefined;
  }
  const { code: reason, message: description, runId: holder } = outcome.rejection;
  return { reason, description, ...(holder === undefined ? {} : { details: { runId: holder } }) };
}

async function accept(
  message: ServiceBusMessage,
  trigger: Trigger<ServiceBusSource>,
  dependencies: ServiceBusDependencies,
  progress: Progress,
): Promise<Outcome> {
  const { clock, log } = dependencies;
  const readable = await redeem(message, dependencies, progress);
  if (readable.kind === 'refused') return { kind: 'rejected', rejection: readable.rejection };
  const { maxBodyBytes, place } = readable.value;
  const event = readServiceBusEvent(readable.value.message, trigger, new Date(clock.now()).toISOString(), maxBodyBytes);
  if (event.kind === 'ignored') return event;
  if (event.kind === 'refused') return { kind: 'rejected', rejection: placed(event.rejection, place) };
  progress.runId = runId(trigger.name, event.value.key);
  warnOfTraceParent(event.value, trigger, log);
  const start = await acceptEvent(event.value, trigger, dependencies, (stage) => {
    progress.stage = stage;
  });
  return start.kind === 'rejected' ? { kind: 'rejected', rejection: placed(start.rejection, place) } : start;
}

interface ReadableMessage {
  readonly message: ServiceBusMessage;
  readonly maxBodyBytes: number;
  /** Where the body was, if not in the message. */
  readonly place?: string;
}

function isClaim(message: ServiceBusMessage): message is ServiceBusMessage & { readonly body: Uint8Array } {
  return message.body instanceof Uint8Array && isClaimCheck(readContentType(message) ?? '');
}

function placed(rejection: Rejection, place: string | undefined): Rejection {
  return place === undefined ? rejection : { ...rejection, message: `${rejection.message} The body is ${place}.` };
}

/** The message with the body it stands for, if it is a claim check. */
async function redeem(
  message: ServiceBusMessage,
  { claimChecks, maxDeliveryCount, maxBodyBytes = MESSAGE_BODY_BYTES }: ServiceBusDependencies,
  progress: Progress,
): Promise<Reading<ReadableMessage>> {
  if (!isClaim(message)) return read({ message, maxBodyBytes });
  progress.stage = 'reading the claimed body';
  const { deliveryCount, failuresBefore } = readDelivery(message);
  const attempt = { deliveryCount: failuresBefore + deliveryCount, maxDeliveryCount };
  const redeemed = await redeemClaimCheck(message.body, claimChecks, attempt);
  if (redeemed.kind === 'refused') return redeemed;
  const { body, contentType, place } = redeemed.value;
  progress.stage = 'reading the message';
  return read({ message: { body, metadata: { ...message.metadata, contentType } }, maxBodyBytes: CLAIMED_BODY_BYTES, place });
}

async function deadLetter(
  message: ServiceBusMessage,
  { reason, description, details }: Verdict,
  trigger: Trigger<ServiceBusSource>,
  { settler, log }: ServiceBusDependencies,
): Promise<void> {
  const { lockToken, deliveryCount, failuresBefore, messageId } = readDelivery(message);
  if (lockToken === undefined) {
    const why = `A message for trigger '${trigger.name}' is refused (${reason}), but the host named no lock token that can be trusted`;
    throw new LockTokenMissingError(`${why}; register the function for a single message with dataType: 'binary'.`);
  }
  await settler.refuse({ lockToken, received: message }, reason, clip(description));
  const [level, what] =
    reason === RETRIES_EXHAUSTED ? (['error', 'message given up'] as const) : (['warn', 'message refused'] as const);
  log(level, what, {
    trigger: trigger.name,
    code: reason,
    messageId: messageId ?? null,
    deliveryCount,
    failuresBefore,
    ...details,
  });
}

function clip(text: string): string {
  return text.length > MAX_DESCRIPTION ? `${text.slice(0, MAX_DESCRIPTION - 1)}…` : text;
}

/** The message of an error may quote what it failed with, so only its code goes to the queue. */
function exhausted(error: unknown, { stage, runId }: Progress, last: string): Verdict {
  const what = runId === undefined ? 'The message' : `Run ${runId}`;
  const failure = `${stage} failed with ${codeOf(error)} on ${last}, before any node`;
  const remedy = 'mend the cause and send the same message again, which starts no second run';
  const description = `${what} could not be accepted: ${failure}; ${remedy}.`;
  const details = { stage, cause: codeOf(error), causeMessage: messageOf(error), ...(runId === undefined ? {} : { runId }) };
  return { reason: RETRIES_EXHAUSTED, description, details };
}

const warned = new WeakSet<Trigger>();

/** Once per trigger: a sender that gets it wrong gets it wrong in every message. */
function warnOfTraceParent(event: Event, trigger: Trigger<ServiceBusSource>, log: Log): void {
  if (event.properties['traceparent'] === undefined || event.traceParent !== undefined || warned.has(trigger)) return;
  warned.add(trigger);
  log('warn', 'a malformed traceparent is ignored; the run begins a new trace', { trigger: trigger.name });
}
