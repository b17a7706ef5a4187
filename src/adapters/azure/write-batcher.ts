import { DependencyUnavailableError } from '../../ports/errors.ts';

/** What became of one operation of a request: done, or put off by the store. */
export type Attempt<Outcome> =
  | { readonly kind: 'done'; readonly outcome: Outcome }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number };

/** Sends operations in one request and answers for each, in their order. Throws if the whole request failed. */
export type SendBatch<Operation, Outcome> = (operations: readonly Operation[]) => Promise<readonly Attempt<Outcome>[]>;

export interface BatcherOptions {
  /** Requests at a time; while fewer are in flight, a write goes out at once. */
  readonly requestsInFlight: number;
  readonly operationsPerRequest: number;
  /** How often one operation may be put off before its writer is told. */
  readonly maxThrottles: number;
  /** Calls back after `ms`. */
  readonly delay: (ms: number, callback: () => void) => void;
}

interface Write<Operation, Outcome> {
  readonly operation: Operation;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  throttles: number;
}

/**
 * Lets independent writes share requests when there is more to write than requests can carry one by one: what comes in while
 * all requests are in flight gathers and leaves together. Waits for nothing, so an idle store sees each write at once.
 */
export class WriteBatcher<Operation, Outcome> {
  readonly #send: SendBatch<Operation, Outcome>;
  readonly #options: BatcherOptions;
  #waiting: Write<Operation, Outcome>[] = [];
  #inFlight = 0;
  #paused = false;

  constructor(send: SendBatch<Operation, Outcome>, options: BatcherOptions) {
    this.#send = send;
    this.#options = options;
  }

  /** @throws DependencyUnavailableError if the store kept putting the write off; what `send` throws or says failed */
  write(operation: Operation): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject, throttles: 0 });
      this.#sendWaiting();
    });
  }

  #sendWaiting(): void {
    while (!this.#paused && this.#waiting.length > 0 && this.#inFlight < this.#options.requestsInFlight) {
      void this.#sendTogether(this.#waiting.splice(0, this.#options.operationsPerRequest));
    }
  }

  async #sendTogether(writes: readonly Write<Operation, Outcome>[]): Promise<void> {
    this.#inFlight++;
    try {
      const attempts = await this.#send(writes.map(({ operation }) => operation));
      this.#settle(writes, attempts);
    } catch (error) {
      for (const write of writes) write.reject(error);
    } finally {
      this.#inFlight--;
      this.#sendWaiting();
    }
  }

  #settle(writes: readonly Write<Operation, Outcome>[], attempts: readonly Attempt<Outcome>[]): void {
    const putOff: Write<Operation, Outcome>[] = [];
    let waitMs = 0;
    for (const [index, write] of writes.entries()) {
      const attempt = attempts[index];
      if (attempt === undefined) write.reject(new Error(`The store answered ${attempts.length} of ${writes.length} operations.`));
      else if (attempt.kind === 'done') write.resolve(attempt.outcome);
      else if (attempt.kind === 'failed') write.reject(attempt.error);
      else if (write.throttles++ < this.#options.maxThrottles) {
        putOff.push(write);
        waitMs = Math.max(waitMs, attempt.retryAfterMs);
      } else write.reject(overloaded(attempt.retryAfterMs));
    }
    if (putOff.length > 0) this.#retryLater(putOff, waitMs);
  }

  /** An overloaded store is left alone altogether: more requests would only be put off too. */
  #retryLater(writes: readonly Write<Operation, Outcome>[], waitMs: number): void {
    this.#waiting = [...writes, ...this.#waiting];
    if (this.#paused) return;
    this.#paused = true;
    this.#options.delay(waitMs, () => {
      this.#paused = false;
      this.#sendWaiting();
    });
  }
}

function overloaded(retryAfterMs: number): DependencyUnavailableError {
  return new DependencyUnavailableError('The store is overloaded and kept putting the write off. Try again later.', {
    retryAfterMs,
  });
}
