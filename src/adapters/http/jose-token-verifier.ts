import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { Caller, TokenRefusalCode, TokenVerdict, TokenVerifier } from '../../ports/token-verifier.ts';
import { IssuerKeys, type KeySet } from './issuer-keys.ts';

export interface TokenRules {
  /** What the token's `iss` must be, letter for letter. */
  readonly issuer: string;
  readonly audience: string;
}

type VerificationKey = Awaited<ReturnType<KeySet>>;

const ALGORITHM = 'RS256';
const CLOCK_TOLERANCE_S = 60;
const BEARER = /^bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)$/i;
/** By these a token brings its own key, or says where to fetch it. */
const OWN_KEYS = ['jku', 'jwk', 'x5u', 'x5c'];
const TENANT = /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/i;

const MESSAGES: Readonly<Record<TokenRefusalCode, string>> = {
  token_missing: 'The request has no access token; send the header Authorization: Bearer <token>.',
  token_malformed: 'The access token cannot be read as a signed JWT with the claims sub and exp.',
  alg_not_allowed: `Access tokens are accepted if they are signed with ${ALGORITHM} only.`,
  token_expired: 'The access token has expired; get a new one.',
  token_not_yet_valid: 'The access token is not valid yet; compare the clocks.',
  issuer_mismatch: 'The access token is from another issuer or tenant than this app trusts.',
  audience_mismatch: 'The access token is for another audience than this app.',
  key_not_found: "The access token is signed with a key that is not among the issuer's.",
  signature_mismatch: 'The signature of the access token does not fit.',
};

const claims = z.object({
  sub: z.string().min(1),
  roles: z.array(z.string()).default([]),
  azp: z.string().optional(),
  appid: z.string().optional(),
});

/** Access tokens of one issuer, such as a tenant of Entra ID, by the keys that it publishes. */
export class JoseTokenVerifier implements TokenVerifier {
  readonly #rules: TokenRules;
  readonly #clock: Clock;
  readonly #keys: IssuerKeys;

  constructor(rules: TokenRules, clock: Clock) {
    this.#rules = rules;
    this.#clock = clock;
    this.#keys = new IssuerKeys(rules.issuer, clock);
  }

  async verify(authorization: string | null): Promise<TokenVerdict> {
    if (authorization === null || !/^bearer\b/i.test(authorization)) return refuse('token_missing');
    const token = BEARER.exec(authorization)?.[1];
    const header = token === undefined ? undefined : headerOf(token);
    if (token === undefined || header === undefined) return refuse('token_malformed');
    if (header.alg !== ALGORITHM) return refuse('alg_not_allowed');
    if (OWN_KEYS.some((name) => name in header)) return refuse('key_not_found');
    try {
      const { payload } = await jwtVerify(token, (given, jws) => this.#keyOf(given, jws), {
        ...this.#rules,
        algorithms: [ALGORITHM],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(this.#clock.now()),
        requiredClaims: ['exp', 'sub'],
      });
      return this.#judge(payload);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      return refuse(code);
    }
  }

  /** Fetches the keys unless they are known. @throws KeysUnavailableError */
  async openKeys(): Promise<void> {
    await this.#keys.get();
  }

  async #keyOf(...[header, token]: Parameters<KeySet>): Promise<VerificationKey> {
    const known = await this.#keys.get();
    try {
      return await known(header, token);
    } catch (error) {
      const newer = error instanceof errors.JWKSNoMatchingKey ? await this.#keys.newerThan(known) : undefined;
      if (newer === undefined) throw error;
      return newer(header, token);
    }
  }

  /** The issuer's keys sign for all its tenants, so that only the claims tell them apart. */
  #judge(payload: JWTPayload): TokenVerdict {
    const tenant = TENANT.exec(this.#rules.issuer)?.[1];
    if (tenant !== undefined && payload['tid'] !== tenant) return refuse('issuer_mismatch');
    const read = claims.safeParse(payload);
    return read.success ? { kind: 'accepted', caller: callerOf(read.data) } : refuse('token_malformed');
  }
}

function headerOf(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

function callerOf({ sub, roles, azp, appid }: z.infer<typeof claims>): Caller {
  const application = azp ?? appid;
  return { subject: sub, roles, ...(application === undefined ? {} : { application }) };
}

function refuse(code: TokenRefusalCode): TokenVerdict {
  return { kind: 'refused', code, message: MESSAGES[code] };
}

const CLAIM_CODES: Readonly<Record<string, TokenRefusalCode>> = {
  iss: 'issuer_mismatch',
  aud: 'audience_mismatch',
  nbf: 'token_not_yet_valid',
};

/** What jose has against a token. Undefined: it is not about the token. */
function codeOf(error: unknown): TokenRefusalCode | undefined {
  if (error instanceof errors.JWTExpired) return 'token_expired';
  if (error instanceof errors.JWTClaimValidationFailed) return CLAIM_CODES[error.claim] ?? 'token_malformed';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'alg_not_allowed';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'key_not_found';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature_mismatch';
  return error instanceof errors.JOSEError ? 'token_malformed' : undefined;
}
