import type { Destination } from './destination.ts';
import { Intake } from './intake.ts';
import { MessageTable } from './message-table.ts';
import type { QueueRules, QueueSurroundings } from './queue-surroundings.ts';
import { MessageProperties } from './rules/message-properties.ts';
import type { MessageContent } from './sections.ts';
import type { Subscription } from './subscription.ts';

export type TopicRules = Pick<QueueRules, 'defaultTtlMs' | 'duplicateWindowMs'>;

/** The longest that a message's header can say. */
const MAX_TTL_MS = 2 ** 32 - 1;

/** One topic: gives every message to the subscriptions whose rules want it, and keeps only what is scheduled. */
export class Topic implements Destination {
  readonly name: string;
  readonly intake: Intake;
  readonly #subscriptions: readonly Subscription[];
  readonly #rules: TopicRules;
  readonly #messages: MessageTable;

  constructor(name: string, rules: TopicRules, subscriptions: readonly Subscription[], around: QueueSurroundings) {
    this.name = name;
    this.#subscriptions = subscriptions;
    this.#rules = rules;
    const stored = around.store.openQueue(name.toLowerCase());
    this.#messages = new MessageTable(stored, around.store);
    this.intake = new Intake(stored, rules.duplicateWindowMs, this.#messages, around, (content, now) =>
      this.#distribute(content, now),
    );
  }

  /** A topic takes every message; whether a subscription can is decided there. */
  assertAcceptable(): void {}

  /** Distributes the scheduled messages whose time has come by `now`. */
  passDeadlines(now: number): void {
    this.intake.passDeadlines(now);
  }

  nextDeadline(): number {
    return this.intake.nextDue() ?? Number.POSITIVE_INFINITY;
  }

  #distribute(received: MessageContent, now: number): void {
    const content = this.#withTtl(received);
    const properties = new MessageProperties(content);
    const sequenceNumber = this.#messages.takeNumber();
    for (const subscription of this.#subscriptions) subscription.offer(content, properties, sequenceNumber, now);
  }

  #withTtl(content: MessageContent): MessageContent {
    const ttlMs = Math.min(content.ttlMs ?? Number.POSITIVE_INFINITY, this.#rules.defaultTtlMs ?? Number.POSITIVE_INFINITY);
    return ttlMs > MAX_TTL_MS ? content : { ...content, ttlMs };
  }
}
