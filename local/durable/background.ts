/** Work that nobody awaits where it starts, kept in view so that a shutdown can wait for it. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  run(work: Promise<void>): void {
    const running = work.catch(this.#onFailure).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when nothing runs, counting what is started meanwhile. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
