/**
 * Lets so many begin at each turn of the event loop, in their order. What has begun needs turns as well, for every answer it waits
 * for: without a pace, a flood of new requests takes them all, and nothing that was begun is ever finished.
 */
export class Pace {
  readonly #perTurn: number;
  readonly #waiting: (() => void)[] = [];
  #left: number;
  #isTurnCounted = false;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
    this.#left = perTurn;
  }

  /** Resolves when it is one's turn. */
  begin(): Promise<void> {
    if (!this.#isTurnCounted) {
      this.#isTurnCounted = true;
      setImmediate(() => this.#nextTurn());
    }
    if (this.#left > 0) {
      this.#left -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #nextTurn(): void {
    const begun = this.#waiting.splice(0, this.#perTurn);
    for (const begin of begun) begin();
    this.#left = this.#perTurn - begun.length;
    this.#isTurnCounted = begun.length > 0;
    if (this.#isTurnCounted) setImmediate(() => this.#nextTurn());
  }
}
