import { DeadlineHeap } from './deadline-heap.ts';
import { DuplicateWindow } from './duplicate-window.ts';
import type { Message } from './message.ts';
import { MESSAGE_STATE } from './message.ts';
import type { MessageTable } from './message-table.ts';
import type { StoredQueue } from './queue-store.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import type { MessageContent, ParsedMessage } from './sections.ts';

/** A sequence number that no message has. */
const NO_MESSAGE = 0;

/** Takes a message in whose time has come. */
export type Admit = (content: MessageContent, now: number) => void;

/** The entrance of a queue or topic: drops what was sent before, and holds what is scheduled until its time. */
export class Intake {
  readonly #id: number;
  readonly #messages: MessageTable;
  readonly #around: QueueSurroundings;
  readonly #admit: Admit;
  readonly #scheduled = new DeadlineHeap<Message>(dueAt);
  readonly #acceptedIds: DuplicateWindow | undefined;

  constructor(
    stored: StoredQueue,
    duplicateWindowMs: number | undefined,
    messages: MessageTable,
    around: QueueSurroundings,
    admit: Admit,
  ) {
    this.#id = stored.id;
    this.#messages = messages;
    this.#around = around;
    this.#admit = admit;
    this.#acceptedIds = duplicateWindowMs === undefined ? undefined : new DuplicateWindow(duplicateWindowMs);
    for (const { key, acceptedAt } of stored.acceptedIds) this.#acceptedIds?.add(key, acceptedAt);
    for (const message of stored.messages) if (message.state === MESSAGE_STATE.scheduled) this.#scheduled.push(message);
  }

  publish(message: ParsedMessage): void {
    const now = this.#around.clock.now();
    if (this.#isDuplicate(message.messageKey, now)) return;
    if (message.scheduledAt !== undefined && message.scheduledAt > now) this.#hold(message.content, message.scheduledAt, now);
    else this.#admit(message.content, now);
  }

  /** Holds the message until its scheduled time; the number returned is only good for cancelling, and names no message if it is a duplicate. */
  schedule(message: ParsedMessage): number {
    const now = this.#around.clock.now();
    if (this.#isDuplicate(message.messageKey, now)) return NO_MESSAGE;
    return this.#hold(message.content, message.scheduledAt ?? now, now).sequenceNumber;
  }

  /** @throws BrokerError unless all of them are scheduled */
  cancel(sequenceNumbers: readonly number[]): void {
    for (const message of this.#messages.inState(sequenceNumbers, MESSAGE_STATE.scheduled)) this.#messages.remove(message);
  }

  /** Takes in the scheduled messages whose time has come by `now`, in the order of their times and then of their numbers. */
  passDeadlines(now: number): void {
    const due: Message[] = [];
    for (let next = this.#scheduled.first(); next !== undefined && dueAt(next) <= now; next = this.#scheduled.first()) {
      this.#scheduled.shift();
      if (!next.removed) due.push(next);
    }
    due.sort((a, b) => dueAt(a) - dueAt(b) || a.sequenceNumber - b.sequenceNumber);
    for (const message of due) {
      this.#messages.remove(message);
      this.#admit(message.content, now);
    }
  }

  /** When the next scheduled message is due. */
  nextDue(): number | undefined {
    return this.#scheduled.first()?.dueAt;
  }

  #isDuplicate(key: string, now: number): boolean {
    this.#around.counters.sends += 1;
    if (this.#acceptedIds === undefined) return false;
    for (const old of this.#acceptedIds.forgetOld(now)) this.#around.store.forgetId(this.#id, old);
    if (this.#acceptedIds.has(key)) {
      this.#around.counters.duplicates += 1;
      return true;
    }
    this.#acceptedIds.add(key, now);
    this.#around.store.rememberId(this.#id, key, now);
    return false;
  }

  #hold(content: MessageContent, at: number, now: number): Message {
    const message = this.#messages.add({
      content,
      enqueuedAt: now,
      dueAt: at,
      expiresAt: undefined,
      state: MESSAGE_STATE.scheduled,
      deliveryCount: 0,
      originalSequenceNumber: undefined,
    });
    this.#scheduled.push(message);
    this.#around.wakeAt(at);
    return message;
  }
}

function dueAt(message: Message): number {
  return message.dueAt ?? 0;
}
