/** Lets so many requests be at work at the same time and no more, so that a flood is turned away instead of piling up in memory. */
export class Turnstile {
  readonly #places: number;
  readonly #onCrowded: () => void;
  #free: number;
  #isCrowded = false;

  /** `onCrowded` is called when somebody is turned away, and again only after it was empty meanwhile. */
  constructor(places: number, onCrowded: () => void = () => {}) {
    this.#places = places;
    this.#free = places;
    this.#onCrowded = onCrowded;
  }

  /** Takes a place, to be left when the work is done. Undefined: there is none. */
  enter(): (() => void) | undefined {
    if (this.#free === 0) {
      if (!this.#isCrowded) this.#onCrowded();
      this.#isCrowded = true;
      return undefined;
    }
    this.#free -= 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#free += 1;
      if (this.#free === this.#places) this.#isCrowded = false;
    };
  }
}
