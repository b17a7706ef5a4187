import type { Destination } from './destination.ts';
import { Intake } from './intake.ts';
import { MessageTable } from './message-table.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import { MessageProperties } from './rules/message-properties.ts';
import type { MessageContent, ParsedMessage } from './sections.ts';
import type { Subscription } from './subscription.ts';

export interface TopicRules {
  readonly defaultTtlMs: number | undefined;
  /** How long a message id is remembered; undefined when duplicates are not detected. */
  readonly duplicateWindowMs: number | undefined;
}

/** What a message's header can say. */
const MAX_TTL_MS = 2 ** 32 - 1;

/** One topic: gives every message to the subscriptions whose rules want it, and keeps only what is scheduled. */
export class Topic implements Destination {
  readonly name: string;
  readonly subscriptions: readonly Subscription[];
  readonly #rules: TopicRules;
  readonly #messages: MessageTable;
  readonly #intake: Intake;

  constructor(name: string, rules: TopicRules, subscriptions: readonly Subscription[], around: QueueSurroundings) {
    this.name = name;
    this.subscriptions = subscriptions;
    this.#rules = rules;
    const stored = around.store.openQueue(name.toLowerCase());
    this.#messages = new MessageTable(stored.id, stored.nextSequenceNumber, stored.messages, around.store);
    this.#intake = new Intake(stored, rules.duplicateWindowMs, this.#messages, around, (content, now) =>
      this.#distribute(content, now),
    );
  }

  /** A topic takes every message; whether a subscription can is decided there. */
  assertAcceptable(): void {}

  publish(message: ParsedMessage): void {
    this.#intake.publish(message);
  }

  schedule(message: ParsedMessage): number {
    return this.#intake.schedule(message);
  }

  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#intake.cancel(sequenceNumbers);
  }

  /** Distributes the scheduled messages whose time has come by `now`. */
  passDeadlines(now: number): void {
    this.#intake.passDeadlines(now);
  }

  nextDeadline(): number {
    return this.#intake.nextDue() ?? Number.POSITIVE_INFINITY;
  }

  #distribute(received: MessageContent, now: number): void {
    const content = this.#withTtl(received);
    const properties = new MessageProperties(content);
    const sequenceNumber = this.#messages.takeNumber();
    for (const subscription of this.subscriptions) subscription.offer(content, properties, sequenceNumber, now);
  }

  #withTtl(content: MessageContent): MessageContent {
    const { defaultTtlMs } = this.#rules;
    if (defaultTtlMs === undefined || defaultTtlMs > MAX_TTL_MS || (content.ttlMs ?? Number.POSITIVE_INFINITY) <= defaultTtlMs)
      return content;
    return { ...content, ttlMs: defaultTtlMs };
  }
}
