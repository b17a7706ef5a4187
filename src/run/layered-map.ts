/** What is asked of a map here. */
export type Readable<Value> = Pick<ReadonlyMap<string, Value>, 'get' | 'has'>;

/** A map with additions of its own, which leave the one below it alone and cost nothing for what that one holds. */
export class LayeredMap<Value> implements Readable<Value> {
  readonly #below: Readable<Value>;
  readonly #own = new Map<string, Value>();

  constructor(below: Readable<Value>) {
    this.#below = below;
  }

  has(key: string): boolean {
    return this.#own.has(key) || this.#below.has(key);
  }

  get(key: string): Value | undefined {
    return this.#own.has(key) ? this.#own.get(key) : this.#below.get(key);
  }

  set(key: string, value: Value): this {
    this.#own.set(key, value);
    return this;
  }
}
