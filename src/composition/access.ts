import { JoseTokenVerifier } from '../adapters/http/jose-token-verifier.ts';
import type { Access } from '../api/access.ts';
import type { Dependency } from '../api/readiness.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';

/** How callers are known, and how it is asked for what that needs. */
export function createAccess(
  { access }: Config,
  clock: Clock,
): { readonly access: Access; readonly keys: readonly Dependency[] } {
  if (access.kind !== 'tokens') return { access, keys: [] };
  const verifier = new JoseTokenVerifier(access, clock);
  const keys = { name: 'token_keys', required: false, check: () => verifier.openKeys() };
  return { access: { kind: 'tokens', verifier }, keys: [keys] };
}
