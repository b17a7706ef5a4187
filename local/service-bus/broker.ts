import type { Clock } from '../clock.ts';
import { Queue } from './queue.ts';
import { QueueStore } from './queue-store.ts';
import type { BrokerCounters, QueueRules, QueueSurroundings } from './queue-surroundings.ts';
import { Subscription } from './subscription.ts';
import { Topic } from './topic.ts';
import type { QueueSettings, SubscriptionSettings, TopicSettings, Topology } from './topology.ts';

const DEAD_LETTER_SUFFIX = '/$deadletterqueue';

/** All queues and topics, and the two things that set them going: the commit of what arrived, and the clock. */
export class Broker implements QueueSurroundings {
  readonly clock: Clock;
  readonly store: QueueStore;
  readonly counters: BrokerCounters = {
    sends: 0,
    duplicates: 0,
    deliveries: 0,
    settlements: 0,
    renewals: 0,
    sessionsAwaited: 0,
    sessionsAccepted: 0,
    sessionLocksLost: 0,
  };
  readonly #queues = new Map<string, Queue>();
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #waiting = new Set<Queue>();
  #closed = false;
  #wakesAt = Number.POSITIVE_INFINITY;
  #cancelWake: () => void = () => undefined;

  /** `onStorageFailure` is called when changes could not be stored: this broker must then be given up for a new one. */
  constructor(topology: Topology, databasePath: string, clock: Clock, onStorageFailure: (error: unknown) => void) {
    this.clock = clock;
    this.store = new QueueStore(databasePath, onStorageFailure);
    for (const settings of topology.queues) this.#addQueue(settings);
    for (const settings of topology.topics) this.#addTopic(settings);
    this.#wake();
  }

  /** Finds a queue, the queue of a subscription, or the dead letters of either, by its path in any case. */
  findQueue(path: string): Queue | undefined {
    return this.#queues.get(path.toLowerCase());
  }

  findTopic(path: string): Topic | undefined {
    return this.#topics.get(path.toLowerCase());
  }

  findSubscription(path: string): Subscription | undefined {
    return this.#subscriptions.get(path.toLowerCase());
  }

  requestDelivery(queue: Queue): void {
    if (this.#closed) return;
    if (this.#waiting.size === 0) setImmediate(() => this.#deliverWaiting());
    this.#waiting.add(queue);
  }

  wakeAt(at: number): void {
    if (at >= this.#wakesAt) return;
    this.#cancelWake();
    this.#wakesAt = at;
    this.#cancelWake = this.clock.schedule(at, () => this.#wake());
  }

  close(): void {
    this.#closed = true;
    this.#cancelWake();
    this.#waiting.clear();
    this.store.close();
  }

  #addQueue({ name, ...rules }: QueueSettings): Queue {
    const deadLetters = new Queue(`${name}/$DeadLetterQueue`, deadLetterRules(rules), this, undefined);
    const queue = new Queue(name, rules, this, deadLetters);
    this.#queues.set(name.toLowerCase() + DEAD_LETTER_SUFFIX, deadLetters);
    this.#queues.set(name.toLowerCase(), queue);
    return queue;
  }

  #addTopic({ name, subscriptions, ...rules }: TopicSettings): void {
    const added = subscriptions.map((settings) => this.#addSubscription(name, settings));
    this.#topics.set(name.toLowerCase(), new Topic(name, rules, added, this));
  }

  #addSubscription(topic: string, { subscriptionName, ruleSet, ...rules }: SubscriptionSettings): Subscription {
    const queue = this.#addQueue({ name: `${topic}/Subscriptions/${subscriptionName}`, ...rules });
    const subscription = new Subscription(queue, ruleSet, this.store);
    this.#subscriptions.set(queue.name.toLowerCase(), subscription);
    return subscription;
  }

  #deliverWaiting(): void {
    const queues = [...this.#waiting];
    this.#waiting.clear();
    for (const queue of queues) queue.deliver();
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = this.clock.now();
    const entities = [...this.#topics.values(), ...this.#queues.values()];
    for (const entity of entities) entity.passDeadlines(now);
    const next = Math.min(...entities.map((entity) => entity.nextDeadline()));
    if (next !== Number.POSITIVE_INFINITY) this.wakeAt(next);
  }
}

/** Dead letters keep until somebody takes them, however often that fails. */
function deadLetterRules(rules: QueueRules): QueueRules {
  return {
    lockDurationMs: rules.lockDurationMs,
    maxDeliveryCount: Number.POSITIVE_INFINITY,
    defaultTtlMs: undefined,
    deadLettersOnExpiry: false,
    duplicateWindowMs: undefined,
    requiresSession: false,
  };
}
