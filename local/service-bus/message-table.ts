import { BrokerError, CONDITION } from './errors.ts';
import type { Message, MessageState } from './message.ts';
import type { QueueStore, StoredQueue } from './queue-store.ts';
import type { PropertyChanges } from './sections.ts';
import { sessionIdOf, withApplicationProperties } from './sections.ts';

export type NewMessage = Pick<Message, 'content' | 'enqueuedAt' | 'dueAt' | 'expiresAt' | 'state' | 'deliveryCount'> & {
  /** Undefined for a message that was not in another queue before. */
  readonly originalSequenceNumber: number | undefined;
};

/** All messages of one queue by sequence number, in step with the store. */
export class MessageTable {
  readonly #queueId: number;
  readonly #store: QueueStore;
  readonly #messages = new Map<number, Message>();
  #nextSequenceNumber: number;

  constructor(stored: StoredQueue, store: QueueStore) {
    this.#queueId = stored.id;
    this.#nextSequenceNumber = stored.nextSequenceNumber;
    this.#store = store;
    for (const message of stored.messages) this.#messages.set(message.sequenceNumber, message);
  }

  get size(): number {
    return this.#messages.size;
  }

  add(fields: NewMessage): Message {
    const sequenceNumber = this.#nextSequenceNumber++;
    const message: Message = {
      ...fields,
      rowId: this.#store.newRowId(),
      sequenceNumber,
      originalSequenceNumber: fields.originalSequenceNumber ?? sequenceNumber,
      lock: undefined,
      removed: false,
    };
    this.#messages.set(sequenceNumber, message);
    this.#store.insert(this.#queueId, message);
    return message;
  }

  /** The number of a message that is not kept here. */
  takeNumber(): number {
    const sequenceNumber = this.#nextSequenceNumber++;
    this.#store.advance(this.#queueId, this.#nextSequenceNumber);
    return sequenceNumber;
  }

  remove(message: Message): void {
    message.removed = true;
    this.#messages.delete(message.sequenceNumber);
    this.#store.remove(message);
  }

  /** Sets application properties of the message. */
  modify(message: Message, changes: PropertyChanges): void {
    if (changes.size === 0) return;
    message.content = withApplicationProperties(message.content, changes);
    this.#store.updateContent(message);
  }

  setState(message: Message, state: MessageState): void {
    message.state = state;
    this.#store.update(message);
  }

  countDelivery(message: Message): void {
    message.deliveryCount += 1;
    this.#store.update(message);
  }

  /** Up to `count` messages from `sequenceNumber` on, in order; of one session, if it is named. */
  from(sequenceNumber: number, count: number, sessionId?: string): Message[] {
    const found: Message[] = [];
    for (const message of this.#messages.values()) {
      if (found.length >= count) break;
      if (message.sequenceNumber >= sequenceNumber && isOfSession(message, sessionId)) found.push(message);
    }
    return found;
  }

  /** The unlocked messages with these numbers. @throws BrokerError unless all are there in that state, and of the session, if one is named. */
  inState(sequenceNumbers: readonly number[], state: MessageState, sessionId?: string): Message[] {
    return sequenceNumbers.map((sequenceNumber) => {
      const message = this.#messages.get(sequenceNumber);
      if (message?.state === state && message.lock === undefined && isOfSession(message, sessionId)) return message;
      throw new BrokerError(CONDITION.messageNotFound, `There is no such message with the sequence number ${sequenceNumber}.`);
    });
  }
}

function isOfSession(message: Message, sessionId: string | undefined): boolean {
  return sessionId === undefined || sessionIdOf(message.content) === sessionId;
}
