import { HexdagError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { DependencyUnavailableError } from '../ports/errors.ts';
import type { RequestLimit } from '../ports/request-limit.ts';
import type { AcceptDependencies } from '../triggers/accept-event.ts';
import { readJson } from '../triggers/strict-json.ts';
import type { Trigger } from '../triggers/trigger.ts';
import { type Acceptance, acceptDelivery, type EventOutcome } from '../triggers/webhook/accept-delivery.ts';
import type { Delivery, DeliveryHeaders } from '../triggers/webhook/delivery.ts';
import type { WebhookSource } from '../triggers/webhook/source.ts';
import { answerHandshake } from '../webhooks/cloud-events-handshake.ts';
import { WebhookRefusal } from '../webhooks/errors.ts';
import { answerValidation, asksForValidation } from '../webhooks/event-grid-validation.ts';
import { answerChallenge } from '../webhooks/slack-challenge.ts';
import { answer } from './answer.ts';
import { type ApiResponse, jsonResponse } from './api-message.ts';
import { problem, rejectionProblem } from './problem.ts';
import { rateLimited } from './rate-limited.ts';
import { bodyTooLarge } from './request-body.ts';
import type { Turnstile } from './turnstile.ts';
import { type SenderChecks, verifySender } from './verify-sender.ts';
import { webhookProblem } from './webhook-problem.ts';

/** A request to a webhook's route. */
export interface WebhookCall {
  readonly method: string;
  /** A header that was sent twice is one value with a comma in it. */
  readonly headers: DeliveryHeaders;
  /** The bytes as they were sent; undefined if there are more than the limit. */
  readonly readBody: () => Promise<Uint8Array | undefined>;
}

export interface WebhookDependencies extends AcceptDependencies, SenderChecks {
  /** Of each trigger, by its name. */
  readonly limits: ReadonlyMap<string, RequestLimit>;
  /** Of all webhooks together. */
  readonly turnstile: Turnstile;
  /** What `readBody` reads at most. */
  readonly maxBodyBytes?: number;
}

const ALLOW = { allow: 'POST, OPTIONS' };
/** Whoever finds no place should come back when those at work are done. */
const CROWDED = problem({
  status: 429,
  code: 'overloaded',
  detail: 'More requests are at work than this app takes on; send the same request again in 1 s.',
  headers: { 'retry-after': '1' },
});

/** The event could not be stored, so it is not accepted. */
class StoreUnavailableError extends HexdagError {
  readonly code = 'store_unavailable';
  readonly retryable = true;

  constructor(cause: DependencyUnavailableError) {
    const { message, retryAfterMs } = cause;
    super(message, { cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
}

/**
 * A request to `/webhooks/{path}`: 202 once what it brings is stored, in the time of a write. Nothing of a request is read before its
 * sender is known, but for its bytes. A repetition gets the answer of the first, with `duplicate: true`.
 */
export function receiveWebhook(
  call: WebhookCall,
  trigger: Trigger<WebhookSource>,
  dependencies: WebhookDependencies,
): Promise<ApiResponse> {
  const { log, turnstile } = dependencies;
  const operation = `webhook ${trigger.name}`;
  if (call.method !== 'POST') return answer(operation, log, async () => answerOtherMethod(call, trigger.source));
  // First of all, so that turning away costs next to nothing.
  const leave = turnstile.enter();
  if (leave === undefined) return Promise.resolve(CROWDED);
  return answer(operation, log, async () => {
    try {
      return await receive(call, trigger, dependencies);
    } catch (error) {
      if (error instanceof WebhookRefusal) return webhookProblem(error.code, error.message);
      throw error instanceof DependencyUnavailableError ? new StoreUnavailableError(error) : error;
    } finally {
      leave();
    }
  });
}

async function receive(
  { headers, readBody }: WebhookCall,
  trigger: Trigger<WebhookSource>,
  dependencies: WebhookDependencies,
): Promise<ApiResponse> {
  const { clock, limits } = dependencies;
  const body = await readBody();
  if (body === undefined) return bodyTooLarge(dependencies.maxBodyBytes);
  const sender = await verifySender({ headers, body }, trigger.source.verification, dependencies);
  if (sender.kind === 'refused') return sender.response;
  // Counted only now, so that nobody else can use up what the sender may send.
  const waitMs = await limits.get(trigger.name)?.take(trigger.name);
  if (waitMs !== undefined) {
    return rateLimited(`This webhook takes ${trigger.source.requestsPerMinute} requests a minute`, waitMs);
  }
  const { signedId } = sender;
  const receivedAt = new Date(clock.now()).toISOString();
  const delivery: Delivery = { headers, body, receivedAt, ...(signedId === undefined ? {} : { signedId }) };
  return answerQuestion(delivery, trigger.source) ?? toResponse(await acceptDelivery(delivery, trigger, dependencies));
}

/** Some senders ask first whether an address wants their events. @throws WebhookRefusal */
function answerQuestion({ headers, body }: Delivery, { format, verification }: WebhookSource): ApiResponse | undefined {
  if (format === 'event_grid' && asksForValidation(headers)) {
    const event = readJson(body);
    return event.kind === 'refused' ? rejectionProblem(event.rejection) : jsonResponse(200, answerValidation(event.value));
  }
  if (verification.kind !== 'signature' || verification.scheme.name !== 'slack') return undefined;
  const question = readJson(body);
  const challenge = question.kind === 'refused' ? undefined : answerChallenge(question.value);
  return challenge && jsonResponse(200, challenge);
}

/** OPTIONS is the handshake of CloudEvents where the trigger takes them: consent for those who may deliver, the methods for everybody. */
function answerOtherMethod(
  { method, headers }: WebhookCall,
  { format, allowedOrigins, requestsPerMinute }: WebhookSource,
): ApiResponse {
  if (method !== 'OPTIONS') {
    return problem({ status: 405, code: 'method_not_allowed', detail: 'Events are sent by POST.', headers: ALLOW });
  }
  const consent = { allowedOrigins: format === 'cloud_events' ? allowedOrigins : [], requestsPerMinute };
  try {
    return { status: 204, headers: answerHandshake(headers, consent), body: null };
  } catch (error) {
    if (error instanceof WebhookRefusal) return webhookProblem(error.code, error.message);
    throw error;
  }
}

function toResponse(acceptance: Acceptance): ApiResponse {
  switch (acceptance.kind) {
    case 'rejected':
      return rejectionProblem(acceptance.rejection);
    case 'one':
      return jsonResponse(202, outcomeBody(acceptance.outcome));
    case 'batch':
      return jsonResponse(202, { events: acceptance.outcomes.map(outcomeBody) });
  }
}

function outcomeBody(outcome: EventOutcome): JsonObject {
  if (outcome.kind === 'ignored') return { ignored: true };
  return { runId: outcome.runId, duplicate: outcome.kind === 'duplicate' };
}
