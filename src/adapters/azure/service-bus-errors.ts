import { HexdagError } from '../../errors.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../ports/errors.ts';

/** Failures that another try repeats. `UnauthorizedAccess` is one, although the SDK's `retryable` does not always say so. */
const FINAL_CODES = new Set([
  'MessagingEntityNotFound',
  'MessagingEntityDisabled',
  'MessageSizeExceeded',
  'UnauthorizedAccess',
  'MessagingEntityAlreadyExists',
]);

/** `doing` is what was tried: "publishing to run-events". A thrown value that is not the SDK's stays itself. */
export function translateServiceBusError(thrown: unknown, doing: string): unknown {
  if (!(thrown instanceof Error) || thrown instanceof HexdagError || thrown instanceof TypeError) return thrown;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'no code';
  if (FINAL_CODES.has(code)) {
    const remedy = 'Check that the entity exists and that the identity may send to it.';
    return new DependencyRefusedError(`Service Bus refused ${doing} (${code}). ${remedy}`, { cause: thrown });
  }
  return new DependencyUnavailableError(`Service Bus did not accept ${doing} (${code}). Try again later.`, { cause: thrown });
}
