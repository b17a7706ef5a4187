import { type WebhookCode, WebhookRefusal } from './errors.ts';
import { type HeaderPairs, readHeaders } from './headers.ts';
import type { SignatureClaim, SignatureScheme } from './scheme.ts';
import { computeSignature, isSameSignature } from './signature.ts';
import { checkFreshness } from './timestamp.ts';

/** What came in: the headers, and the body as the bytes that were sent. */
export interface WebhookRequest {
  readonly headers: HeaderPairs;
  readonly body: Uint8Array;
}

export interface VerifyOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /** How old or how far ahead a timestamp may be: 300 s unless given. */
  readonly toleranceSeconds?: number;
}

export type Verdict =
  | {
      readonly kind: 'accepted';
      /** Which of the secrets it was signed with, counted from 0. */
      readonly secretIndex: number;
      /** The sender's id of the delivery. Signed only where the scheme's content has `{id}`. */
      readonly deliveryId?: string;
      /** When it was signed, in Unix seconds. */
      readonly timestamp?: number;
    }
  | { readonly kind: 'refused'; readonly code: WebhookCode; readonly message: string };

/** Five minutes, as all schemes recommend. */
export const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * Tells whether a request was signed with one of the secrets, and lately. Several secrets are valid while one is replaced.
 * Nothing of the body is read but its bytes; whatever comes in, nothing is thrown.
 */
export function verifyWebhook(
  scheme: SignatureScheme,
  request: WebhookRequest,
  secrets: readonly string[],
  { now, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS }: VerifyOptions,
): Verdict {
  try {
    const keys = readKeys(scheme, secrets);
    const claim = scheme.readClaim(readHeaders(request.headers));
    if (claim.timestamp !== undefined) checkFreshness(claim.timestamp, now, toleranceSeconds);
    return {
      kind: 'accepted',
      secretIndex: matchingKey(scheme, claim, keys, request.body),
      ...(claim.deliveryId === undefined ? {} : { deliveryId: claim.deliveryId }),
      ...(claim.timestamp === undefined ? {} : { timestamp: Number(claim.timestamp) }),
    };
  } catch (error) {
    if (!(error instanceof WebhookRefusal)) throw error;
    return { kind: 'refused', code: error.code, message: error.message };
  }
}

/** @throws WebhookRefusal `secret_missing`, `secret_malformed` */
export function readKeys(scheme: SignatureScheme, [first, ...others]: readonly string[]): [Uint8Array, ...Uint8Array[]] {
  if (first === undefined)
    throw new WebhookRefusal('secret_missing', 'There is no secret to sign or verify with: configure one.');
  return [scheme.readKey(first), ...others.map((secret) => scheme.readKey(secret))];
}

/** Compares every signature with every key, so that the time it takes does not tell which of them fits. */
function matchingKey(scheme: SignatureScheme, claim: SignatureClaim, keys: readonly Uint8Array[], body: Uint8Array): number {
  const matches = keys.map((key) => {
    const expected = computeSignature(scheme, key, claim, body);
    return claim.signatures.filter((signature) => isSameSignature(expected, signature)).length > 0;
  });
  const match = matches.indexOf(true);
  if (match !== -1) return match;
  throw new WebhookRefusal(
    'signature_mismatch',
    'The signature does not fit: sign the raw body, byte for byte as it is sent, with the secret configured here.',
  );
}
