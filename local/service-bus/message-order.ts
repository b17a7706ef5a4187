import { DeadlineHeap } from './deadline-heap.ts';
import type { Message } from './message.ts';
import { isAvailable } from './message.ts';

const COMPACT_ABOVE = 1024;

/** The messages that wait for a receiver, oldest first; one that comes back takes its old place again. */
export class MessageOrder {
  #arrived: (Message | undefined)[] = [];
  #head = 0;
  readonly #returned = new DeadlineHeap<Message>((message) => message.sequenceNumber);

  append(message: Message): void {
    this.#arrived.push(message);
  }

  giveBack(message: Message): void {
    this.#returned.push(message);
  }

  /** The oldest message that can be delivered. Those that no longer can (removed, locked elsewhere) are forgotten on the way. */
  first(): Message | undefined {
    for (;;) {
      const message = this.#next();
      if (message === undefined || isAvailable(message)) return message;
      this.shift();
    }
  }

  shift(): void {
    const message = this.#next();
    if (message === undefined) return;
    if (message === this.#returned.first()) this.#returned.shift();
    else this.#dropArrived();
  }

  #next(): Message | undefined {
    const returned = this.#returned.first();
    const arrived = this.#arrived[this.#head];
    if (returned === undefined || arrived === undefined) return returned ?? arrived;
    return returned.sequenceNumber <= arrived.sequenceNumber ? returned : arrived;
  }

  #dropArrived(): void {
    this.#arrived[this.#head] = undefined;
    this.#head += 1;
    if (this.#head > COMPACT_ABOVE && this.#head * 2 > this.#arrived.length) {
      this.#arrived = this.#arrived.slice(this.#head);
      this.#head = 0;
    }
  }
}
