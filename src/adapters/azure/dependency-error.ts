import type { HexdagError } from '../../errors.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../ports/errors.ts';

/** Statuses that say "not now": time-outs, a moved partition, too much load, a write that lost a race. */
const TEMPORARY = new Set([408, 410, 429, 449]);

/** By name, since bundles may hold the classes twice. */
const CREDENTIAL_ERRORS = new Set(['AuthenticationError', 'AggregateAuthenticationError', 'CredentialUnavailableError']);

function isTemporary(status: number): boolean {
  return status >= 500 || TEMPORARY.has(status);
}

/** What an answer with this HTTP status means for the caller. `doing` is what was tried: "reading the run r1". */
export function errorOfStatus(
  status: number,
  doing: string,
  options: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined } = {},
): HexdagError {
  const { cause, retryAfterMs } = options;
  if (!isTemporary(status)) {
    const remedy =
      status === 401 || status === 403 ? "Check the connection and the identity's roles." : 'Repeating does not help.';
    return new DependencyRefusedError(`The service answered ${status} on ${doing}. ${remedy}`, { cause });
  }
  return new DependencyUnavailableError(`The service answered ${status} on ${doing}. Try again later.`, {
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The service did not answer at all. */
export function errorOfSilence(doing: string, cause: unknown): HexdagError {
  return new DependencyUnavailableError(`The service did not answer on ${doing}. Try again later.`, { cause });
}

/** The app's identity got no token. It passes: fresh instances may ask before their identity answers. Undefined: something else is wrong. */
export function errorOfCredential(doing: string, thrown: unknown): HexdagError | undefined {
  if (!(thrown instanceof Error) || !CREDENTIAL_ERRORS.has(thrown.name)) return undefined;
  return new DependencyUnavailableError(`The app's identity got no token for ${doing}. Check the credential settings.`, {
    cause: thrown,
  });
}
