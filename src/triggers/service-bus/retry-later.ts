import { codeOf, type HexdagError, messageOf } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Redelivery } from '../../ports/redelivery.ts';
import type { Trigger } from '../trigger.ts';
import { readDelivery, type ServiceBusMessage } from './message-metadata.ts';
import { copyForRetry } from './retry-copy.ts';
import { pauseMs } from './retry-delay.ts';
import type { ServiceBusSource } from './source.ts';

export interface RetryDependencies {
  readonly redelivery: Redelivery;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Makes a message that failed for now come again later, for a broker brings back at once what it is given back, and soon gives up.
 * `sent`: a copy is stored, so the original is done with. `waited`: a copy would be wrong or could not be stored; some time has
 * passed, and the message is to be given back.
 */
export async function retryLater(
  error: HexdagError,
  message: ServiceBusMessage,
  trigger: Trigger<ServiceBusSource>,
  { redelivery, pause, clock, log }: RetryDependencies,
): Promise<'sent' | 'waited'> {
  const { deliveryCount, failuresBefore, messageId } = readDelivery(message);
  const copy = copyForRetry(message, trigger.source, error.retryAfterMs, clock.now());
  const about = { trigger: trigger.name, messageId: messageId ?? null, code: error.code };
  if (copy !== undefined) {
    try {
      await redelivery.schedule(copy);
      log('warn', 'message comes again later', { ...about, attempt: failuresBefore + 1, at: new Date(copy.dueAt).toISOString() });
      return 'sent';
    } catch (cause) {
      log('warn', 'message could not be sent again for later', { ...about, cause: codeOf(cause), error: messageOf(cause) });
    }
  }
  await pause(pauseMs(failuresBefore + deliveryCount, error.retryAfterMs, `${messageId} ${deliveryCount}`));
  return 'waited';
}
