import type { MessageContent } from './sections.ts';

/** The states a message can rest in, with the numbers they have on the wire. A lock is not a state: it ends with the process. */
export const MESSAGE_STATE = { active: 0, deferred: 1, scheduled: 2 } as const;
export type MessageState = (typeof MESSAGE_STATE)[keyof typeof MESSAGE_STATE];

/** A message as a queue holds it. Times are Unix milliseconds. */
export interface Message {
  /** Names the message's row, across all queues. */
  readonly rowId: number;
  readonly sequenceNumber: number;
  /** The sequence number it had where it was first accepted; differs in a dead-letter queue. */
  readonly originalSequenceNumber: number;
  readonly enqueuedAt: number;
  /** When a scheduled message becomes active. */
  readonly dueAt: number | undefined;
  readonly expiresAt: number | undefined;
  content: MessageContent;
  state: MessageState;
  /** Earlier deliveries that ended without a settlement in the message's favour. */
  deliveryCount: number;
  lock: Lock | undefined;
  removed: boolean;
}

/** A receiver's claim on a message, until it settles it or `until` (Unix milliseconds) has passed. */
export interface Lock {
  /** A UUID in text form. */
  readonly token: string;
  readonly message: Message;
  until: number;
}

export function isAvailable(message: Message): boolean {
  return message.state === MESSAGE_STATE.active && message.lock === undefined && !message.removed;
}
