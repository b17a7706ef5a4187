import type { ExtensionHost, RegisteredFunction } from './extension.ts';
import { InFlight } from './in-flight.ts';
import { type TimerStatus, timerData } from './timer-data.ts';
import type { TimerSchedule } from './timer-schedule.ts';
import type { TimerStatusStore } from './timer-status-store.ts';

const LOG_CATEGORY = 'Host.Triggers.Timer';

export interface TimerOptions {
  readonly schedule: TimerSchedule;
  readonly runOnStartup: boolean;
  /** Whether its status is kept, so that a run missed while the host was off is made up for. */
  readonly isMonitored: boolean;
}

/** One timer function: at most one call at a time, the next one set when the last has ended, failed or not. */
export class Timer {
  readonly counters = { fired: 0 };
  readonly #host: ExtensionHost;
  readonly #fn: RegisteredFunction;
  readonly #options: TimerOptions;
  readonly #store: TimerStatusStore;
  readonly #inFlight = new InFlight();
  #status: TimerStatus | undefined;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(host: ExtensionHost, fn: RegisteredFunction, options: TimerOptions, store: TimerStatusStore) {
    this.#host = host;
    this.#fn = fn;
    this.#options = options;
    this.#store = store;
  }

  start(): void {
    const now = this.#host.clock.now();
    const isPastDue = this.#options.isMonitored && this.#restore(now);
    if (isPastDue || this.#options.runOnStartup) void this.#fire(isPastDue);
    else this.#await(now);
  }

  async drain(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#inFlight.idle();
  }

  /** @returns whether a run was missed */
  #restore(now: number): boolean {
    const stored = this.#store.get(this.#fn.name);
    if (stored === undefined) {
      this.#keep(undefined, now, now);
      return false;
    }
    // Computed anew from when it was computed first: the schedule may have been changed since.
    this.#keep(stored.last, stored.lastUpdated, stored.lastUpdated);
    return this.#status !== undefined && now > this.#status.next;
  }

  #keep(last: number | undefined, after: number, lastUpdated: number): void {
    const next = this.#options.schedule.next(after);
    if (next === undefined) return;
    this.#status = { last, next, lastUpdated };
    this.#store.set(this.#fn.name, this.#status);
  }

  #remember(firedAt: number): void {
    try {
      this.#keep(firedAt, firedAt, firedAt);
    } catch (error) {
      this.#host.log(
        'error',
        LOG_CATEGORY,
        `The run of ${this.#fn.name} could not be noted, and may be repeated: ${String(error)}`,
      );
    }
  }

  #await(after: number): void {
    const next = this.#options.schedule.next(after);
    if (next === undefined || this.#stopped) return;
    this.#cancel = this.#host.clock.schedule(next, () => void this.#fire(false, next));
  }

  async #fire(isPastDue: boolean, dueAt = 0): Promise<void> {
    this.#inFlight.enter();
    this.counters.fired += 1;
    // A clock that calls early must not make the same occurrence fire twice.
    const firedAt = Math.max(this.#host.clock.now(), dueAt);
    try {
      await this.#host.invoke(this.#fn, { trigger: timerData(this.#status, isPastDue) });
    } catch {
      this.#host.log('warning', LOG_CATEGORY, `${this.#fn.name} failed; it runs again at its next time.`);
    }
    if (this.#options.isMonitored) this.#remember(firedAt);
    this.#await(Math.max(this.#host.clock.now(), firedAt));
    this.#inFlight.leave();
  }
}
