import { MAX_ATTEMPTS } from './retry-delay.ts';

/** How many attempts a message has failed at. Begins in lower case, because the host lowers the first letter of every name. */
const ATTEMPT_PROPERTY = 'hexdagAttempt';
/** The id of the message that this one is a copy of. */
const ORIGINAL_ID_PROPERTY = 'hexdagMessageId';

/**
 * What a copy made for another attempt says of itself.
 *
 * Any sender can write these properties, and gains nothing by it: the original's id counts where the message's own would, which a
 * sender chooses as well; and attempts taken in advance only make its own message be given up sooner.
 */
export interface RetryMark {
  /** From 1 to `MAX_ATTEMPTS`. */
  readonly failures: number;
  readonly originalId: string | undefined;
}

/** Undefined: the message is as its sender sent it. */
export function readRetryMark(properties: Readonly<Record<string, unknown>>): RetryMark | undefined {
  const { [ATTEMPT_PROPERTY]: failures, [ORIGINAL_ID_PROPERTY]: id } = properties;
  if (typeof failures !== 'number' || !Number.isInteger(failures) || failures < 1 || failures > MAX_ATTEMPTS) return undefined;
  return { failures, originalId: typeof id === 'string' && id !== '' ? id : undefined };
}

export function writeRetryMark({ failures, originalId }: RetryMark): Readonly<Record<string, string | number>> {
  return { [ATTEMPT_PROPERTY]: failures, ...(originalId === undefined ? {} : { [ORIGINAL_ID_PROPERTY]: originalId }) };
}

export function withoutRetryMark<Value>(properties: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const { [ATTEMPT_PROPERTY]: _failures, [ORIGINAL_ID_PROPERTY]: _id, ...rest } = properties;
  return rest;
}
