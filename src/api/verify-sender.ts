import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SecretSource } from '../ports/secret-source.ts';
import type { TokenVerifier } from '../ports/token-verifier.ts';
import type { DeliveryHeaders } from '../triggers/webhook/delivery.ts';
import type { SignatureVerification, TokenVerification, Verification } from '../triggers/webhook/verification.ts';
import { verifyWebhook } from '../webhooks/verify.ts';
import { refuseRole, refuseToken } from './access.ts';
import type { ApiResponse } from './api-message.ts';
import { notConfigured, webhookProblem } from './webhook-problem.ts';

/** What senders are verified with. */
export interface SenderChecks {
  /** Asked at each request, so that a secret is used as it is now and kept nowhere. */
  readonly secrets: SecretSource;
  /** Undefined where the app trusts no directory. */
  readonly tokens: TokenVerifier | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export type SenderVerdict =
  /** With the sender's id of the delivery, if it was signed. */
  { readonly kind: 'known'; readonly signedId?: string } | { readonly kind: 'refused'; readonly response: ApiResponse };

interface Sent {
  readonly headers: DeliveryHeaders;
  readonly body: Uint8Array;
}

/** Tells whether a request is from whom the trigger takes events. @throws KeysUnavailableError (retryable) */
export async function verifySender(sent: Sent, verification: Verification, checks: SenderChecks): Promise<SenderVerdict> {
  switch (verification.kind) {
    case 'signature':
      return verifySignature(sent, verification, checks);
    case 'token':
      return verifyToken(sent, verification, checks);
    case 'none':
      return { kind: 'known' };
  }
}

function verifySignature(
  sent: Sent,
  { scheme, secretNames, toleranceSeconds }: SignatureVerification,
  { secrets, clock, log }: SenderChecks,
): SenderVerdict {
  const known = secretNames.flatMap((name) => secrets.get(name) ?? []);
  const verdict = verifyWebhook(scheme, sent, known, { now: clock.now(), toleranceSeconds });
  if (verdict.kind === 'accepted') {
    const { deliveryId } = verdict;
    const isSigned = deliveryId !== undefined && scheme.content.includes('{id}');
    return isSigned ? { kind: 'known', signedId: deliveryId } : { kind: 'known' };
  }
  const { code, message } = verdict;
  if (code === 'secret_missing' || code === 'secret_malformed') {
    log('error', 'a webhook cannot verify anything', { code, settings: [...secretNames], error: message });
  }
  return { kind: 'refused', response: webhookProblem(code, message) };
}

async function verifyToken(
  { headers }: Sent,
  { role }: TokenVerification,
  { tokens, log }: SenderChecks,
): Promise<SenderVerdict> {
  if (tokens === undefined) {
    const remedy = 'Set OIDC_ISSUER and OIDC_AUDIENCE.';
    log('error', 'a webhook cannot verify anything', { error: `It asks for tokens, and the app trusts no directory. ${remedy}` });
    return { kind: 'refused', response: notConfigured() };
  }
  const verdict = await tokens.verify(headers.get('authorization'));
  if (verdict.kind === 'refused') return { kind: 'refused', response: refuseToken(verdict.code, verdict.message) };
  return verdict.caller.roles.includes(role) ? { kind: 'known' } : { kind: 'refused', response: refuseRole(role) };
}
