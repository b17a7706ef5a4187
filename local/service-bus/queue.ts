import { encodeString } from './amqp-bytes.ts';
import type { ConsumerRotation } from './consumer-rotation.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import { encodedSize } from './delivery-encoding.ts';
import type { Destination } from './destination.ts';
import { BrokerError, CONDITION } from './errors.ts';
import { Intake } from './intake.ts';
import { type Lane, type Lanes, SingleLane } from './lane.ts';
import { type Locks, LockTable } from './lock-table.ts';
import type { Lock, Message } from './message.ts';
import { MESSAGE_STATE } from './message.ts';
import type { MessageOrder } from './message-order.ts';
import { MessageTable } from './message-table.ts';
import type { QueueRules, QueueSurroundings, Settlement } from './queue-surroundings.ts';
import type { MessageContent, ParsedMessage, PropertyChanges } from './sections.ts';
import { withApplicationProperties } from './sections.ts';
import type { Session, SessionHolder } from './session.ts';
import { SessionStates } from './session-states.ts';
import { SessionTable } from './session-table.ts';

/** Stale entries a deadline heap may hold, above as many as there are messages. */
const STALE_ENTRIES = 1024;

/** One queue: the order, locks, delays and deadlines of its messages. Knows nothing of connections. */
export class Queue implements Destination {
  readonly name: string;
  readonly rules: QueueRules;
  readonly intake: Intake;
  /** Undefined for a queue without sessions. */
  readonly sessions: SessionTable | undefined;
  readonly sessionStates: SessionStates;
  readonly #around: QueueSurroundings;
  /** Where refused messages go; undefined for a dead-letter queue, whose refused messages stay. */
  readonly #deadLetters: Queue | undefined;
  readonly #messages: MessageTable;
  /** For the receivers of a queue without sessions. */
  readonly #single = new SingleLane();
  readonly #lanes: Lanes;
  readonly #locks: Locks;
  readonly #expiring = new DeadlineHeap<Message>((message) => message.expiresAt ?? 0);
  #arriving: Message[] = [];

  constructor(name: string, rules: QueueRules, around: QueueSurroundings, deadLetters: Queue | undefined) {
    this.name = name;
    this.rules = rules;
    this.#around = around;
    this.#deadLetters = deadLetters;
    this.sessions = rules.requiresSession ? new SessionTable(rules.lockDurationMs, around) : undefined;
    this.#lanes = this.sessions ?? this.#single;
    this.#locks = this.sessions ?? new LockTable(rules.lockDurationMs);
    const stored = around.store.openQueue(name.toLowerCase());
    this.#messages = new MessageTable(stored, around.store);
    this.intake = new Intake(stored, rules.duplicateWindowMs, this.#messages, around, (content, now) =>
      this.#enqueue(content, now),
    );
    this.sessionStates = new SessionStates(stored, around);
    for (const message of stored.messages) this.#resume(message);
  }

  /** @throws BrokerError when the queue cannot take such a message. */
  assertAcceptable(message: ParsedMessage): void {
    if (this.rules.requiresSession && message.sessionId === undefined) {
      throw new BrokerError(
        CONDITION.notAllowed,
        `The SessionId was not set on a message, and it cannot be sent to the entity '${this.name}'. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.`,
      );
    }
  }

  /** Takes in a copy of a message that a topic numbered. */
  admitCopy(content: MessageContent, originalSequenceNumber: number, now: number): void {
    this.#enqueue(content, now, { deliveryCount: 0, originalSequenceNumber });
  }

  /** Takes in a copy that this queue can never hand out: as a dead letter. */
  refuseCopy(content: MessageContent, reason: string, description: string, originalSequenceNumber: number, now: number): void {
    const refused = withApplicationProperties(content, deadLetterReason(reason, description));
    this.#deadLetters?.admitCopy(refused, originalSequenceNumber, now);
  }

  /** The receivers of a queue without sessions; those of a session are the session's. */
  get consumers(): ConsumerRotation {
    return this.#single.lane.consumers;
  }

  /** Gives the session back, with the messages the holder had not settled: they were not delivered in vain, and count no delivery. */
  releaseSession(session: Session, holder: SessionHolder): void {
    const now = this.#around.clock.now();
    for (const message of this.sessions?.letGo(session, holder) ?? []) this.#giveBack(message, now);
    this.#around.requestDelivery(this);
  }

  /** Takes deferred messages out by their numbers: locked, or removed when `removes` is set. */
  receiveDeferred(
    sequenceNumbers: readonly number[],
    removes: boolean,
    sessionId?: string,
  ): { message: Message; lock: Lock | undefined }[] {
    const now = this.#around.clock.now();
    return this.#messages.inState(sequenceNumbers, MESSAGE_STATE.deferred, sessionId).map((message) => {
      this.#around.counters.deliveries += 1;
      if (!removes) return { message, lock: this.#lock(message, now) };
      this.#messages.remove(message);
      return { message, lock: undefined };
    });
  }

  /** Up to `count` messages from `sequenceNumber` on, in order and in whatever state, or those of one session; nothing is locked. */
  peek(sequenceNumber: number, count: number, sessionId?: string): Message[] {
    return this.#messages.from(sequenceNumber, count, sessionId);
  }

  /** @throws BrokerError when the lock has ended. */
  settle(token: string, settlement: Settlement): void {
    const now = this.#around.clock.now();
    const lock = this.#locks.held(token, now);
    this.#locks.release(lock);
    this.#around.counters.settlements += 1;
    const { message } = lock;
    switch (settlement.kind) {
      case 'complete':
        this.#messages.remove(message);
        break;
      case 'abandon':
        this.#messages.modify(message, settlement.changes);
        this.#redeliver(message, now);
        break;
      case 'defer':
        this.#messages.modify(message, settlement.changes);
        this.#messages.setState(message, MESSAGE_STATE.deferred);
        break;
      case 'dead-letter':
        this.#deadLetter(message, settlement.changes, now);
        break;
    }
  }

  /** @throws BrokerError when one of the locks has ended. */
  renewLocks(tokens: readonly string[]): number[] {
    const now = this.#around.clock.now();
    const locks = tokens.map((token) => this.#locks.held(token, now));
    return locks.map((lock) => {
      this.#locks.renew(lock, now);
      this.#around.counters.renewals += 1;
      this.#around.wakeAt(lock.until);
      return lock.until;
    });
  }

  /** Hands out what is available to the receivers that have room, in turn. */
  deliver(): void {
    const now = this.#around.clock.now();
    for (const lane of this.#lanes.open(now)) this.#deliverFrom(lane, now);
  }

  /** Ends locks, activates scheduled messages and expires messages whose time has come by `now`. */
  passDeadlines(now: number): void {
    for (const message of this.#locks.releaseEnded(now)) this.#redeliver(message, now);
    this.intake.passDeadlines(now);
    for (let old = this.#expiring.first(); old !== undefined && (old.expiresAt ?? 0) <= now; old = this.#expiring.first()) {
      this.#expiring.shift();
      if (!old.removed && old.lock === undefined) this.#expire(old, now);
    }
  }

  /** When `passDeadlines()` is next needed, in Unix milliseconds. */
  nextDeadline(): number {
    const deadlines = [this.#locks.nextEnd(), this.intake.nextDue(), this.#expiring.first()?.expiresAt];
    return Math.min(...deadlines.map((deadline) => deadline ?? Number.POSITIVE_INFINITY));
  }

  #enqueue(content: MessageContent, now: number, origin?: Pick<Message, 'deliveryCount' | 'originalSequenceNumber'>): void {
    const ttlMs = Math.min(content.ttlMs ?? Number.POSITIVE_INFINITY, this.rules.defaultTtlMs ?? Number.POSITIVE_INFINITY);
    const expires = this.#deadLetters !== undefined && ttlMs !== Number.POSITIVE_INFINITY;
    const message = this.#messages.add({
      content,
      enqueuedAt: now,
      dueAt: undefined,
      expiresAt: expires ? now + ttlMs : undefined,
      state: MESSAGE_STATE.active,
      deliveryCount: origin?.deliveryCount ?? 0,
      originalSequenceNumber: origin?.originalSequenceNumber,
    });
    this.#watchExpiry(message);
    this.#arriving.push(message);
    // Nobody may see a message that a crash could still take back.
    if (this.#arriving.length === 1) this.#around.store.afterCommit(() => this.#arrive());
  }

  #arrive(): void {
    const arrived = this.#arriving;
    this.#arriving = [];
    for (const message of arrived) this.#lanes.laneOf(message).order.append(message);
    this.#around.requestDelivery(this);
  }

  #resume(message: Message): void {
    if (message.state === MESSAGE_STATE.active) this.#lanes.laneOf(message).order.append(message);
    this.#watchExpiry(message);
  }

  #watchExpiry(message: Message): void {
    if (message.expiresAt === undefined) return;
    this.#expiring.push(message);
    this.#around.wakeAt(message.expiresAt);
    if (this.#expiring.size > 2 * this.#messages.size + STALE_ENTRIES) this.#expiring.retain((expiring) => !expiring.removed);
  }

  /** Counts a failed delivery and gives the message back, or gives up on it. */
  #redeliver(message: Message, now: number): void {
    this.#messages.countDelivery(message);
    if (message.deliveryCount < this.rules.maxDeliveryCount || message.state !== MESSAGE_STATE.active) {
      this.#giveBack(message, now);
    } else {
      const text = `Message could not be consumed after ${this.rules.maxDeliveryCount} delivery attempts.`;
      this.#deadLetter(message, deadLetterReason('MaxDeliveryCountExceeded', text), now);
    }
  }

  #giveBack(message: Message, now: number): void {
    if (message.expiresAt !== undefined && message.expiresAt <= now) {
      this.#expire(message, now);
    } else if (message.state === MESSAGE_STATE.active) {
      this.#lanes.laneOf(message).order.giveBack(message);
      this.#around.requestDelivery(this);
    }
  }

  #deadLetter(message: Message, changes: PropertyChanges, now: number): void {
    if (this.#deadLetters === undefined) {
      this.#giveBack(message, now);
    } else {
      this.#messages.remove(message);
      this.#deadLetters.#enqueue(withApplicationProperties(message.content, changes), now, message);
    }
  }

  #expire(message: Message, now: number): void {
    if (this.rules.deadLettersOnExpiry) {
      this.#deadLetter(message, deadLetterReason('TTLExpiredException', 'The message expired and was dead lettered.'), now);
    } else {
      this.#messages.remove(message);
    }
  }

  #lock(message: Message, now: number): Lock {
    const lock = this.#locks.take(message, now);
    this.#around.wakeAt(lock.until);
    return lock;
  }

  #deliverFrom({ order, consumers }: Lane, now: number): void {
    for (let message = this.#firstAvailable(order, now); message !== undefined; message = this.#firstAvailable(order, now)) {
      const consumer = consumers.next(encodedSize(message));
      if (consumer === undefined) break;
      order.shift();
      this.#around.counters.deliveries += 1;
      if (consumer.receivesAndDeletes) this.#messages.remove(message);
      consumer.deliver(message, consumer.receivesAndDeletes ? undefined : this.#lock(message, now));
    }
    for (const consumer of consumers) consumer.idle();
  }

  #firstAvailable(order: MessageOrder, now: number): Message | undefined {
    for (;;) {
      const message = order.first();
      if (message?.expiresAt === undefined || message.expiresAt > now) return message;
      order.shift();
      this.#expire(message, now);
    }
  }
}

function deadLetterReason(reason: string, description: string): PropertyChanges {
  return new Map([
    ['DeadLetterReason', encodeString(reason)],
    ['DeadLetterErrorDescription', encodeString(description)],
  ]);
}
