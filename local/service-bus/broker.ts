import type { Clock } from '../clock.ts';
import { Queue } from './queue.ts';
import { QueueStore } from './queue-store.ts';
import type { BrokerCounters, QueueRules, QueueSurroundings } from './queue-surroundings.ts';
import type { QueueSettings, Topology } from './topology.ts';

const DEAD_LETTER_SUFFIX = '/$deadletterqueue';

/** All queues, and the two things that set them going: the commit of what arrived, and the clock. */
export class Broker implements QueueSurroundings {
  readonly clock: Clock;
  readonly store: QueueStore;
  readonly counters: BrokerCounters = {
    sends: 0,
    duplicates: 0,
    deliveries: 0,
    settlements: 0,
    renewals: 0,
    sessionsAccepted: 0,
    sessionLocksLost: 0,
  };
  readonly #queues = new Map<string, Queue>();
  readonly #waiting = new Set<Queue>();
  #closed = false;
  #wakesAt = Number.POSITIVE_INFINITY;
  #cancelWake: () => void = () => undefined;

  /** `onStorageFailure` is called when changes could not be stored: this broker must then be given up for a new one. */
  constructor(topology: Topology, databasePath: string, clock: Clock, onStorageFailure: (error: unknown) => void) {
    this.clock = clock;
    this.store = new QueueStore(databasePath, onStorageFailure);
    for (const settings of topology.queues) this.#addQueue(settings);
    this.#wake();
  }

  /** Finds a queue, or a queue's dead letters, by its path in any case. */
  findQueue(path: string): Queue | undefined {
    return this.#queues.get(path.toLowerCase());
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

  #addQueue({ name, ...rules }: QueueSettings): void {
    const deadLetters = new Queue(`${name}/$DeadLetterQueue`, deadLetterRules(rules), this, undefined);
    this.#queues.set(name.toLowerCase() + DEAD_LETTER_SUFFIX, deadLetters);
    this.#queues.set(name.toLowerCase(), new Queue(name, rules, this, deadLetters));
  }

  #deliverWaiting(): void {
    const queues = [...this.#waiting];
    this.#waiting.clear();
    for (const queue of queues) queue.deliver();
  }

  #wake(): void {
    this.#wakesAt = Number.POSITIVE_INFINITY;
    const now = this.clock.now();
    for (const queue of this.#queues.values()) queue.passDeadlines(now);
    const next = Math.min(...[...this.#queues.values()].map((queue) => queue.nextDeadline()));
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
