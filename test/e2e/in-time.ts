import { setTimeout as delay } from 'node:timers/promises';

/** The SDK may wait a minute, or for ever, on a link whose connection breaks while it opens; who is in a hurry starts afresh. */
const PATIENCE_MS = 5_000;

/** What `work` resolves to, unless the broker takes too long over it. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const deadline = delay(PATIENCE_MS, undefined, { signal: late.signal }).then(() => {
    throw new Error('The broker did not answer in time.');
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    late.abort();
    deadline.catch(() => {});
  }
}
