/** Answers that are waited for, until it is known that none of them will come. */
export class PendingAnswers {
  readonly #waiting = new Set<(error: Error) => void>();
  #ended: Error | undefined;

  /** @throws what `work` does, or what `end()` was given */
  wait(work: () => Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      this.#waiting.add(reject);
      const done = () => this.#waiting.delete(reject);
      work().then(
        () => done() && resolve(),
        (error: unknown) => done() && reject(error),
      );
    });
  }

  /** Nothing is answered any more. */
  end(error: Error): void {
    this.#ended ??= error;
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}
