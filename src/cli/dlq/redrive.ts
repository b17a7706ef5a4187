import { setTimeout } from 'node:timers/promises';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { messageOf } from '../../errors.ts';
import { numberOf } from './dead-letters.ts';
import type { DeadLetters } from './open-dead-letters.ts';
import { redrivenMessage } from './redriven-message.ts';

export interface RedriveOptions {
  /** Numbers of the dead letters that are to be sent again. */
  readonly wanted: ReadonlySet<number>;
  /** How many dead letters there are in all. */
  readonly total: number;
  /** Messages a second, at most. */
  readonly rate: number;
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
}

export interface FailedRedrive {
  readonly sequenceNumber: number;
  readonly reason: string;
}

export interface Redriven {
  readonly sent: number;
  /** Sent again, and yet still among the dead letters, because taking them out failed. */
  readonly left: readonly FailedRedrive[];
  /** Could not be sent again. */
  readonly failed: readonly FailedRedrive[];
  /** Were not there any more, somebody else holds them, or it was interrupted before. */
  readonly missed: number;
}

const BATCH = 20;
/** A receiver can hold no more than two thousand messages; after so many that stay, another one goes on. */
const HELD_BY_ONE = 1_000;
const WAIT_MS = 2_000;

/**
 * Sends the wanted dead letters again, each stored there before it is taken out here: so none is lost, whenever this ends. What is in
 * the way is held meanwhile, and given back at the end.
 */
export async function redrive(deadLetters: DeadLetters, options: RedriveOptions): Promise<Redriven> {
  const { total, signal, rate, onProgress } = options;
  const remaining = new Set(options.wanted);
  const results = { sent: 0, left: [] as FailedRedrive[], failed: [] as FailedRedrive[] };
  const holders: Holder[] = [];
  const startedAt = Date.now();
  let seen = 0;
  for (let holder = newHolder(deadLetters, holders); remaining.size > 0 && !signal.aborted; ) {
    // The SDK waits a second for a batch to fill, so no more are asked for than there should be.
    const count = Math.max(1, Math.min(BATCH, total - seen));
    const messages = await holder.receiver.receiveMessages(count, { maxWaitTimeInMs: WAIT_MS });
    if (messages.length === 0) break;
    seen += messages.length;
    for (const message of messages) {
      const isTaken = !signal.aborted && remaining.delete(numberOf(message));
      if (!isTaken || !(await sendAgain(message, holder.receiver, deadLetters, results))) {
        holder.held.push(message);
        continue;
      }
      onProgress(results.sent);
      await pause(startedAt + (results.sent * 1_000) / rate - Date.now(), signal);
    }
    if (holder.held.length >= HELD_BY_ONE) holder = newHolder(deadLetters, holders);
  }
  for (const { receiver, held } of holders) {
    // One that cannot be given back comes back when its lock ends.
    await Promise.allSettled(held.map((message) => receiver.abandonMessage(message)));
  }
  return { ...results, missed: remaining.size };
}

interface Holder {
  readonly receiver: ServiceBusReceiver;
  readonly held: ServiceBusReceivedMessage[];
}

function newHolder(deadLetters: DeadLetters, holders: Holder[]): Holder {
  const holder = { receiver: deadLetters.receiver(), held: [] };
  holders.push(holder);
  return holder;
}

/** Whether it was sent. */
async function sendAgain(
  message: ServiceBusReceivedMessage,
  receiver: ServiceBusReceiver,
  deadLetters: DeadLetters,
  results: { sent: number; readonly left: FailedRedrive[]; readonly failed: FailedRedrive[] },
): Promise<boolean> {
  const sequenceNumber = numberOf(message);
  try {
    await deadLetters.send(redrivenMessage(message, Date.now()));
  } catch (error) {
    results.failed.push({ sequenceNumber, reason: messageOf(error) });
    return false;
  }
  results.sent += 1;
  try {
    await receiver.completeMessage(message);
  } catch (error) {
    results.left.push({ sequenceNumber, reason: messageOf(error) });
  }
  return true;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // It rejects once the signal aborts, which the caller looks at itself.
  if (ms > 0) await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
