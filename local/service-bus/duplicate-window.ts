/** The message ids a queue has accepted within its duplicate detection window, oldest first. */
export class DuplicateWindow {
  readonly #windowMs: number;
  readonly #acceptedAt = new Map<string, number>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  has(key: string): boolean {
    return this.#acceptedAt.has(key);
  }

  add(key: string, now: number): void {
    this.#acceptedAt.set(key, now);
  }

  /** Removes the ids whose window has passed, and returns them. */
  forgetOld(now: number): string[] {
    const old: string[] = [];
    for (const [key, acceptedAt] of this.#acceptedAt) {
      if (acceptedAt + this.#windowMs > now) break;
      this.#acceptedAt.delete(key);
      old.push(key);
    }
    return old;
  }
}
