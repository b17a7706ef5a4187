import type { Lock, Message } from './message.ts';

/** A receiver as a queue sees it. */
export interface Consumer {
  /** Messages are gone once they are delivered, and are not locked. */
  readonly receivesAndDeletes: boolean;
  /** Whether a delivery of that many bytes could be written right now. */
  hasRoom(bytes: number): boolean;
  deliver(message: Message, lock: Lock | undefined): void;
  /** Called when the queue has nothing more for this receiver for now. */
  idle(): void;
}
