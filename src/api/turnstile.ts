/** Lets so many requests be at work at the same time and no more, so that a flood is turned away instead of piling up in memory. */
export class Turnstile {
  #free: number;

  constructor(places: number) {
    this.#free = places;
  }

  /** Takes a place, to be left when the work is done. Undefined: there is none. */
  enter(): (() => void) | undefined {
    if (this.#free === 0) return undefined;
    this.#free -= 1;
    let left = false;
    return () => {
      if (!left) this.#free += 1;
      left = true;
    };
  }
}
