import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { codeOf, HexdagError, messageOf } from '../errors.ts';
import { CallbackGoneError, type CallbackReceiver } from '../ports/callback-receiver.ts';
import type { CallbackStore, KeptCallback } from '../ports/callback-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { Log } from '../ports/log.ts';
import type { Callbacks } from '../run/outbox-relay.ts';
import { afterFailure } from './callback-schedule.ts';

/** Calls at a time; and how many may wait for their turn before they are rather kept in the store. */
const CALLS_AT_A_TIME = 8;
const CALLS_WAITING = 500;
/** What has waited this long for its turn is kept too: the sweeper is about to take it for left. */
const LONGEST_WAIT_MS = 5_000;
/** After so many failures on end, the receiver is left alone for a while. */
const FAILURES_TO_PAUSE = 3;
const PAUSE_MS = 30_000;

export interface CallbackCourierOptions {
  readonly receiver: CallbackReceiver;
  readonly store: CallbackStore;
  readonly clock: Clock;
  readonly log: Log;
  /** The types of events that the receiver is called with. */
  readonly events: ReadonlySet<string>;
}

/** What became of kept callbacks in one look at them. */
export interface RetryCounts {
  readonly taken: number;
  readonly postponed: number;
  readonly givenUp: number;
  /** Not called, because the receiver is left alone, or not written down. */
  readonly left: number;
}

type RetryOutcome = keyof RetryCounts;

/**
 * Calls the receiver with events: at once, and again from the store until it takes them or patience ends. A receiver that is slow or
 * dead costs a bounded number of calls at a time and holds up nobody else.
 */
export class CallbackCourier implements Callbacks {
  readonly #options: CallbackCourierOptions;
  readonly #turns = bulkhead(CALLS_AT_A_TIME, CALLS_WAITING);
  #failures = 0;
  #pausedUntil = 0;

  constructor(options: CallbackCourierOptions) {
    this.#options = options;
  }

  wants(event: RunEvent): boolean {
    return this.#options.events.has(event.type);
  }

  async tell(events: readonly RunEvent[]): Promise<void> {
    for (const event of events) if (this.wants(event)) await this.#tell(event);
  }

  async keep(events: readonly RunEvent[]): Promise<void> {
    for (const event of events) if (this.wants(event)) await this.#options.store.keep(this.#untried(event));
  }

  /** Calls again with what is due, for about `budgetMs` or until nothing is. */
  async retryDue({ limit, budgetMs }: { limit: number; budgetMs: number }): Promise<RetryCounts> {
    const { store, clock } = this.#options;
    const counts: Record<RetryOutcome, number> = { taken: 0, postponed: 0, givenUp: 0, left: 0 };
    for (const endAt = clock.now() + budgetMs; !this.#isPaused && clock.now() < endAt; ) {
      const due = await store.due(new Date(clock.now()).toISOString(), limit);
      for (const outcome of await Promise.all(due.map((callback) => this.#retry(callback)))) counts[outcome] += 1;
      if (due.length < limit || counts.left > 0) break;
    }
    return counts;
  }

  /** Calls at once if there is a turn for it soon, and keeps the event if that does not do. */
  async #tell(event: RunEvent): Promise<void> {
    const { store, clock } = this.#options;
    const untried = this.#untried(event);
    const call = async () => (clock.now() - Date.parse(untried.keptAt) > LONGEST_WAIT_MS ? untried : this.#call(untried));
    const left = await this.#inTurn(call, untried);
    if (left !== undefined) await store.keep(left);
  }

  async #retry(callback: KeptCallback): Promise<RetryOutcome> {
    const { store, log } = this.#options;
    try {
      const left = await this.#inTurn(() => this.#call(callback), callback);
      if (left === callback) return 'left';
      if (left !== undefined) await store.update(left);
      else await store.remove(callback.event);
      return left === undefined ? 'taken' : left.due === null ? 'givenUp' : 'postponed';
    } catch (error) {
      const { id, subject } = callback.event;
      log('warn', 'how a callback went is not written down', { runId: subject, eventId: id, error: messageOf(error) });
      return 'left';
    }
  }

  /** Waits for a turn; gives `untouched` back if the receiver is left alone, or too many wait. */
  async #inTurn(call: () => Promise<KeptCallback | undefined>, untouched: KeptCallback): Promise<KeptCallback | undefined> {
    try {
      return await this.#turns.execute(() => (this.#isPaused ? untouched : call()));
    } catch (error) {
      if (error instanceof BulkheadRejectedError) return untouched;
      throw error;
    }
  }

  /** Undefined once the receiver has taken the event; otherwise how it stands with it now. */
  async #call(callback: KeptCallback): Promise<KeptCallback | undefined> {
    try {
      await this.#options.receiver.call(callback.event);
      this.#failures = 0;
      return undefined;
    } catch (error) {
      if (!(error instanceof CallbackGoneError)) this.#noteFailure(error);
      const left = afterFailure(callback, error, this.#options.clock.now());
      if (left.due === null) this.#tellGivenUp(left);
      return left;
    }
  }

  /** Leaves the receiver alone for as long as it asks for, or after it has failed several times on end. */
  #noteFailure(error: unknown): void {
    const { clock, log } = this.#options;
    this.#failures += 1;
    const asked = error instanceof HexdagError ? error.retryAfterMs : undefined;
    const pauseMs = asked === undefined ? (this.#failures >= FAILURES_TO_PAUSE ? PAUSE_MS : 0) : Math.min(asked, PAUSE_MS);
    if (pauseMs === 0 || this.#isPaused) return;
    this.#pausedUntil = clock.now() + pauseMs;
    const properties = { code: codeOf(error), pauseMs, error: messageOf(error) };
    log('warn', 'the receiver of callbacks is left alone for a while; they wait', properties);
  }

  #tellGivenUp({ event, attempts, failure }: KeptCallback): void {
    const { id, type, subject } = event;
    const properties = { runId: subject, eventId: id, type, attempts, code: failure?.code ?? '', error: failure?.message ?? '' };
    this.#options.log('error', 'a callback is given up; it is kept, to be sent again once the receiver takes it', properties);
  }

  get #isPaused(): boolean {
    return this.#options.clock.now() < this.#pausedUntil;
  }

  #untried(event: RunEvent): KeptCallback {
    const keptAt = new Date(this.#options.clock.now()).toISOString();
    return { event, attempts: 0, keptAt, due: new Date(Math.max(this.#options.clock.now(), this.#pausedUntil)).toISOString() };
  }
}
