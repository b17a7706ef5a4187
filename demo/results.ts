import type { RunEnded } from './run-events.ts';

/** The two ways out. */
export type WayOut = 'topic' | 'callback';

/** Ends of runs as the backend has learnt them. */
export class Results {
  readonly #ended: Readonly<Record<WayOut, RunEnded[]>> = { topic: [], callback: [] };
  #onTold: () => void = () => {};
  #isClosed = false;

  /** What either way calls for each end. */
  take(way: WayOut, run: RunEnded): void {
    if (this.#isClosed) return;
    this.#ended[way].push(run);
    this.#onTold();
  }

  /** In the order in which they were told; one that was told twice is in it twice. */
  of(way: WayOut): readonly RunEnded[] {
    return this.#ended[way];
  }

  /** The runs whose end was told on one way and not, or not yet, on the other. */
  toldOnce(): readonly string[] {
    const ids = (way: WayOut) => new Set(this.of(way).map(({ runId }) => runId));
    const [topic, callback] = [ids('topic'), ids('callback')];
    return [...topic, ...callback].filter((id) => !topic.has(id) || !callback.has(id));
  }

  /** Takes no more: a timer goes on firing while the demo judges. */
  close(): void {
    this.#isClosed = true;
  }

  /** Resolves as soon as it is so; looks whenever something was told. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onTold = () => {
        if (holds()) resolve();
      };
      this.#onTold();
    });
  }
}
