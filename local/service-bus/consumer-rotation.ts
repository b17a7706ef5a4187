import type { Consumer } from './consumer.ts';

/** The receivers of one queue, served in turn. */
export class ConsumerRotation implements Iterable<Consumer> {
  readonly #consumers: Consumer[] = [];
  #turn = 0;

  add(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    const index = this.#consumers.indexOf(consumer);
    if (index >= 0) this.#consumers.splice(index, 1);
  }

  /** The next receiver that can take a delivery of that many bytes. */
  next(bytes: number): Consumer | undefined {
    const count = this.#consumers.length;
    for (let step = 0; step < count; step++) {
      const index = (this.#turn + step) % count;
      const consumer = this.#consumers[index];
      if (!consumer?.hasRoom(bytes)) continue;
      this.#turn = index + 1;
      return consumer;
    }
    return undefined;
  }

  [Symbol.iterator](): Iterator<Consumer> {
    return this.#consumers.values();
  }
}
