import type { SignatureScheme } from '../../src/webhooks/scheme.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { type Verdict, type VerifyOptions, verifyWebhook } from '../../src/webhooks/verify.ts';

/** Unix seconds. */
export const NOW = 1_767_225_600;
export const ID = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
export const BODY = '{"orderId":"A1","total":12.5}';
/** 24 bytes in Base64, so that it is a secret of every scheme. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

export type Headers = Readonly<Record<string, string>>;

export function signed(scheme: SignatureScheme, { secrets = [SECRET], body = BODY, at = NOW } = {}): Headers {
  return signWebhook(scheme, { body: Buffer.from(body), deliveryId: ID }, secrets, at * 1000);
}

export function verdictOf(
  scheme: SignatureScheme,
  headers: Headers | Iterable<readonly [string, string]>,
  { body = BODY, secrets = [SECRET], at = NOW }: { body?: string | Uint8Array; secrets?: readonly string[]; at?: number } = {},
  options: Partial<VerifyOptions> = {},
): Verdict {
  const pairs = Symbol.iterator in headers ? headers : Object.entries(headers);
  return verifyWebhook(scheme, { headers: pairs, body: Buffer.from(body) }, secrets, { now: at * 1000, ...options });
}

/** The code of a refusal, or `accepted`. */
export function codeOf(verdict: Verdict): string {
  return verdict.kind === 'accepted' ? 'accepted' : verdict.code;
}
