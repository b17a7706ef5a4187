import type { Caller, TokenRefusalCode, TokenVerifier } from '../ports/token-verifier.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';
import { holds } from './roles.ts';
import type { Route } from './route.ts';

/**
 * How the API knows who may call it. There is one way at a time: a host that checks keys lets nobody pass without one, so that a
 * token alone would not do, and tells the app nothing of the keys it has checked, so that the app could not take either.
 */
export type Access =
  /** Access tokens of a directory, with roles. */
  | { readonly kind: 'tokens'; readonly verifier: TokenVerifier }
  /** Function keys, which the host has checked before the app is asked. They know no roles. */
  | { readonly kind: 'keys' }
  /** Whoever is on this machine. */
  | { readonly kind: 'open' };

export type Admission =
  | { readonly kind: 'admitted'; readonly caller?: Caller }
  | { readonly kind: 'refused'; readonly response: ApiResponse };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;
/** What proxies, and Azure's front ends, add to a request: it is not from this machine. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-original-host', 'x-azure-clientip', 'x-arr-log-id'];

/** @throws KeysUnavailableError (retryable) if tokens cannot be judged at the moment */
export async function admit(role: Route['role'], request: ApiRequest, access: Access): Promise<Admission> {
  if (role === 'anyone' || access.kind === 'keys') return { kind: 'admitted' };
  if (access.kind === 'open') return isFromThisMachine(request) ? { kind: 'admitted' } : refused(NOT_LOCAL);
  const verdict = await access.verifier.verify(request.headers.get('authorization'));
  if (verdict.kind === 'refused') return refused(refuseToken(verdict.code, verdict.message));
  const { caller } = verdict;
  return holds(caller.roles, role) ? { kind: 'admitted', caller } : refused(refuseRole(role));
}

export function refuseToken(code: TokenRefusalCode, detail: string): ApiResponse {
  const challenge = code === 'token_missing' ? 'Bearer' : `Bearer error="invalid_token", error_description="${code}"`;
  return problem({ status: 401, code, detail, headers: { 'www-authenticate': challenge } });
}

export function refuseRole(role: string): ApiResponse {
  const detail = `The token lacks the role '${role}'. Assign the app role to the caller in the directory, and get a new token.`;
  const challenge = `Bearer error="insufficient_scope", scope="${role}"`;
  return problem({ status: 403, code: 'role_missing', detail, headers: { 'www-authenticate': challenge } });
}

const NOT_LOCAL = problem({
  status: 403,
  code: 'access_local_only',
  detail: 'AUTH_DISABLED is for this machine alone, and the request came by another address. Set OIDC_ISSUER and OIDC_AUDIENCE.',
});

/** The name that the client called is checked, too: a page elsewhere may have its own name lead to this machine. */
function isFromThisMachine({ headers }: ApiRequest): boolean {
  return LOOPBACK.test(headers.get('host') ?? '') && FORWARDED.every((name) => headers.get(name) === null);
}

function refused(response: ApiResponse): Admission {
  return { kind: 'refused', response };
}
