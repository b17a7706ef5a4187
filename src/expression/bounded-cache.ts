/** Keeps what was made last for a text. The oldest entry goes when the cache is full. */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(text: string, make: (text: string) => Value): Value {
    const known = this.#entries.get(text);
    if (known !== undefined) return known;
    const made = make(text);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= this.#capacity && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(text, made);
    return made;
  }
}
