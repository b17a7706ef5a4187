import { messageOf } from '../errors.ts';
import { DEFAULT_EVENT_TYPES, type EventPublisher, type RunEvent } from '../ports/event-publisher.ts';
import type { Log } from '../ports/log.ts';
import type { Outbox, OutboxStore } from '../ports/outbox-store.ts';

/** How long published outboxes wait to be marked together: marking only saves the sweeper work, and shared requests are cheaper. */
const MARK_DELAY_MS = 500;

/** Somebody besides the topic who is told of events. */
export interface Callbacks {
  wants(event: RunEvent): boolean;
  /**
   * Resolves when each of the events that it wants was told, or is kept to be told later: then no outbox need hold them.
   * @throws DependencyUnavailableError, DependencyRefusedError if they cannot be kept
   */
  tell(events: readonly RunEvent[]): Promise<void>;
  /** The same, leaving all for later. */
  keep(events: readonly RunEvent[]): Promise<void>;
}

export interface OutboxRelayOptions {
  readonly publisher: EventPublisher;
  readonly outboxes: OutboxStore;
  readonly log: Log;
  /** The types that the topic is told; those told by default unless given. */
  readonly published?: ReadonlySet<string>;
  readonly callbacks?: Callbacks | undefined;
}

/**
 * Tells the world of events right after they were committed: the topic first, then whoever is called back, which nobody waits for.
 * What fails here stays in the outbox, and the sweeper sees to it.
 */
export class OutboxRelay {
  readonly #publisher: EventPublisher;
  readonly #outboxes: OutboxStore;
  readonly #log: Log;
  readonly #published: ReadonlySet<string>;
  readonly #callbacks: Callbacks | undefined;
  readonly #calling = new Set<Promise<void>>();
  #unmarked: Outbox[] = [];
  #marking: NodeJS.Timeout | undefined;

  constructor({ publisher, outboxes, log, published = new Set(DEFAULT_EVENT_TYPES), callbacks }: OutboxRelayOptions) {
    this.#publisher = publisher;
    this.#outboxes = outboxes;
    this.#log = log;
    this.#published = published;
    this.#callbacks = callbacks;
  }

  /** Those of the events that anybody asked for: no others belong into an outbox. */
  wanted(events: readonly RunEvent[]): readonly RunEvent[] {
    return events.filter((event) => this.#published.has(event.type) || this.#isCalledWith(event));
  }

  /** Resolves when the topic has the events, if it can have them now. Never throws: they are safe in the store. */
  async deliver(outbox: Outbox): Promise<void> {
    if (outbox.events.length === 0) return;
    try {
      await this.#publish(outbox.events);
      this.#callBack(outbox);
    } catch (error) {
      this.#leave(outbox, error);
    }
  }

  /** For the sweeper: publishes what is left, has it called back, and empties the outbox. @throws whatever keeps it from that */
  async redeliver(outbox: Outbox): Promise<void> {
    await this.#publish(outbox.events);
    await this.#callbacks?.keep(outbox.events);
    await this.#outboxes.markPublished([outbox]);
  }

  /** Marks at once what waits to be marked. */
  async flush(): Promise<void> {
    clearTimeout(this.#marking);
    this.#marking = undefined;
    const delivered = this.#unmarked.splice(0);
    try {
      if (delivered.length > 0) await this.#outboxes.markPublished(delivered);
    } catch (error) {
      this.#log('debug', 'Outboxes were published but not all are marked.', { reason: messageOf(error) });
    }
  }

  /** The same, and then waits for calls that are under way, to mark what they were about. */
  async drain(): Promise<void> {
    await this.flush();
    if (this.#calling.size === 0) return;
    await Promise.all(this.#calling);
    await this.flush();
  }

  #publish(events: readonly RunEvent[]): Promise<void> {
    return this.#publisher.publish(events.filter(({ type }) => this.#published.has(type)));
  }

  #isCalledWith(event: RunEvent): boolean {
    return this.#callbacks?.wants(event) === true;
  }

  #callBack(outbox: Outbox): void {
    const { events } = outbox;
    if (this.#callbacks === undefined || !events.some((event) => this.#isCalledWith(event))) {
      this.#markLater(outbox);
      return;
    }
    const calling = this.#callbacks
      .tell(events)
      .then(
        () => this.#markLater(outbox),
        (error: unknown) => this.#leave(outbox, error),
      )
      .finally(() => this.#calling.delete(calling));
    this.#calling.add(calling);
  }

  #leave({ runId }: Outbox, error: unknown): void {
    this.#log('warn', 'Events wait in the outbox for the sweeper.', { runId, reason: messageOf(error) });
  }

  #markLater(outbox: Outbox): void {
    this.#unmarked.push(outbox);
    this.#marking ??= setTimeout(() => void this.flush(), MARK_DELAY_MS).unref();
  }
}
