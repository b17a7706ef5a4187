import { randomUUID } from 'node:crypto';
import { lockLost } from './errors.ts';
import type { Lock, Message } from './message.ts';

/** What holds messages for their receivers. */
export interface Locks {
  take(message: Message, now: number): Lock;
  /** @throws BrokerError when the lock has ended, or never was. */
  held(token: string, now: number): Lock;
  /** @throws BrokerError when such a lock cannot be renewed */
  renew(lock: Lock, now: number): void;
  release(lock: Lock): void;
  /** When `releaseEnded()` is next needed. */
  nextEnd(): number | undefined;
  /** Releases the locks that have ended by `now`, and returns their messages. */
  releaseEnded(now: number): Message[];
}

/** The locks of one queue. All last equally long, so the order they were taken in is the order they end in. */
export class LockTable implements Locks {
  readonly #durationMs: number;
  readonly #locks = new Map<string, Lock>();

  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  take(message: Message, now: number): Lock {
    const lock = { token: randomUUID(), message, until: now + this.#durationMs };
    message.lock = lock;
    this.#locks.set(lock.token, lock);
    return lock;
  }

  held(token: string, now: number): Lock {
    const lock = this.#locks.get(token);
    if (lock === undefined || lock.until <= now) throw lockLost();
    return lock;
  }

  renew(lock: Lock, now: number): void {
    lock.until = now + this.#durationMs;
    this.#locks.delete(lock.token);
    this.#locks.set(lock.token, lock);
  }

  release(lock: Lock): void {
    this.#locks.delete(lock.token);
    lock.message.lock = undefined;
  }

  nextEnd(): number | undefined {
    return this.#first()?.until;
  }

  releaseEnded(now: number): Message[] {
    const messages: Message[] = [];
    for (let lock = this.#first(); lock !== undefined && lock.until <= now; lock = this.#first()) {
      this.release(lock);
      messages.push(lock.message);
    }
    return messages;
  }

  #first(): Lock | undefined {
    return this.#locks.values().next().value;
  }
}
