import { ConsumerRotation } from './consumer-rotation.ts';
import type { Message } from './message.ts';
import { MessageOrder } from './message-order.ts';

/** Messages that are handed out in their order, and the receivers that take them in turn. */
export class Lane {
  readonly order = new MessageOrder();
  readonly consumers = new ConsumerRotation();
}

/** The lanes of a queue: one for all its messages, or one for each of its sessions. */
export interface Lanes {
  laneOf(message: Message): Lane;
  /** Those whose messages can be handed out now. */
  open(now: number): Iterable<Lane>;
}

/** The one lane of a queue without sessions. */
export class SingleLane implements Lanes {
  readonly lane = new Lane();

  laneOf(): Lane {
    return this.lane;
  }

  open(): Iterable<Lane> {
    return [this.lane];
  }
}
