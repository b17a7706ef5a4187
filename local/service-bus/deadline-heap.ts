/** A binary heap: the smallest item by `key` is always first. */
export class DeadlineHeap<T> {
  readonly #key: (item: T) => number;
  #items: T[] = [];

  constructor(key: (item: T) => number) {
    this.#key = key;
  }

  get size(): number {
    return this.#items.length;
  }

  first(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    const key = this.#key(item);
    let index = items.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex];
      if (parent === undefined || this.#key(parent) <= key) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  }

  shift(): T | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return first;
  }

  /** Drops every item that is no longer wanted. */
  retain(wanted: (item: T) => boolean): void {
    // A sorted array is a valid heap.
    this.#items = this.#items.filter(wanted).sort((a, b) => this.#key(a) - this.#key(b));
  }

  #sink(item: T): void {
    const items = this.#items;
    const key = this.#key(item);
    let index = 0;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = items[leftIndex];
      if (left === undefined) break;
      const right = items[leftIndex + 1];
      const rightIsSmaller = right !== undefined && this.#key(right) < this.#key(left);
      const child = rightIsSmaller ? right : left;
      if (key <= this.#key(child)) break;
      items[index] = child;
      index = rightIsSmaller ? leftIndex + 1 : leftIndex;
    }
    items[index] = item;
  }
}
