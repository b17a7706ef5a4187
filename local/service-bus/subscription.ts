import { BrokerError, CONDITION } from './errors.ts';
import type { Queue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import type { MessageProperties } from './rules/message-properties.ts';
import { copiesFor, type PreparedRule, prepareRule, type Rule } from './rules/rule.ts';
import { ruleFromText, ruleToText } from './rules/rule-text.ts';
import type { MessageContent } from './sections.ts';
import { sessionIdOf } from './sections.ts';

/** A subscription of a topic: a queue of its own, and the rules that say what comes into it. */
export class Subscription {
  readonly queue: Queue;
  readonly #store: QueueStore;
  /** By lower-case name. */
  readonly #rules = new Map<string, PreparedRule>();

  constructor(queue: Queue, configured: readonly Rule[], store: QueueStore) {
    this.queue = queue;
    this.#store = store;
    const rules = configured.map((rule) => ({ name: rule.name, definition: ruleToText(rule) }));
    for (const { definition } of store.openRules(this.#path, rules)) this.#hold(ruleFromText(definition));
  }

  get rules(): readonly Rule[] {
    return [...this.#rules.values()];
  }

  /** @throws BrokerError when there is a rule of that name, or this one is not valid */
  addRule(rule: Rule): void {
    if (this.#rules.has(rule.name.toLowerCase())) {
      throw new BrokerError(CONDITION.entityAlreadyExists, `'${this.queue.name}' already has a rule '${rule.name}'.`);
    }
    this.#hold(rule);
    this.#store.saveRule(this.#path, { name: rule.name, definition: ruleToText(rule) });
  }

  /** @throws BrokerError when there is no such rule */
  removeRule(name: string): void {
    if (!this.#rules.delete(name.toLowerCase())) {
      throw new BrokerError(CONDITION.notFound, `The messaging entity '${this.queue.name}/Rules/${name}' could not be found.`);
    }
    this.#store.removeRule(this.#path, name);
  }

  /** Takes in what its rules want of a message. */
  offer(content: MessageContent, properties: MessageProperties, sequenceNumber: number, now: number): void {
    for (const copy of copiesFor(this.#rules.values(), content, properties)) this.#take(copy, sequenceNumber, now);
  }

  #take(copy: MessageContent, sequenceNumber: number, now: number): void {
    if (this.queue.rules.requiresSession && sessionIdOf(copy) === undefined) {
      const description = 'A session enabled entity does not allow a message whose session identifier is null.';
      this.queue.refuseCopy(copy, 'Session id is null.', description, sequenceNumber, now);
    } else {
      this.queue.admitCopy(copy, sequenceNumber, now);
    }
  }

  #hold(rule: Rule): void {
    this.#rules.set(rule.name.toLowerCase(), prepareRule(rule));
  }

  get #path(): string {
    return this.queue.name.toLowerCase();
  }
}
