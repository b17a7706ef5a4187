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
  readonly callbacks?: Callbacks;
}

/**
 * Tells the world of events right after they were committed: the topic first, then whoever is called back, which nobody waits for.
 * What fails here stays in the outbox, and the sweeper sees to it.
 */
export class OutboxRelay {
  readonly #options: Required<Omit<OutboxRelayOptions, 'callbacks'>> & Pick<OutboxRelayOptions, 'callbacks'>;
  readonly #calling = new Set<Promise<void>>();
  #published: Outbox[] = [];
  #marking: NodeJS.Timeout | undefined;

  constructor(options: OutboxRelayOptions) {
    this.#options = { published: new Set(DEFAULT_EVENT_TYPES), ...options };
  }

  /** Those of the events that anybody asked for: no others belong into an outbox. */
  wanted(events: readonly RunEvent[]): readonly RunEvent[] {
    const { published, callbacks } = this.#options;
    return events.filter((event) => published.has(event.type) || callbacks?.wants(event) === true);
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
    await this.#options.callbacks?.keep(outbox.events);
    await this.#options.outboxes.markPublished([outbox]);
  }

  /** Marks at once what waits to be marked. */
  flush(): Promise<void> {
    return this.#mark();
  }

  /** The same, and then waits for calls that are under way, to mark what they were about. */
  async drain(): Promise<void> {
    await this.#mark();
    if (this.#calling.size === 0) return;
    await Promise.all(this.#calling);
    await this.#mark();
  }

  #publish(events: readonly RunEvent[]): Promise<void> {
    return this.#options.publisher.publish(events.filter(({ type }) => this.#options.published.has(type)));
  }

  #callBack(outbox: Outbox): void {
    const { callbacks } = this.#options;
    if (callbacks === undefined || !outbox.events.some((event) => callbacks.wants(event))) {
      this.#markLater(outbox);
      return;
    }
    const calling = callbacks
      .tell(outbox.events)
      .then(
        () => this.#markLater(outbox),
        (error: unknown) => this.#leave(outbox, error),
      )
      .finally(() => this.#calling.delete(calling));
    this.#calling.add(calling);
  }

  #leave({ runId }: Outbox, error: unknown): void {
    this.#options.log('warn', 'Events wait in the outbox for the sweeper.', { runId, reason: messageOf(error) });
  }

  #markLater(outbox: Outbox): void {
    this.#published.push(outbox);
    this.#marking ??= setTimeout(() => void this.#mark(), MARK_DELAY_MS).unref();
  }

  async #mark(): Promise<void> {
    clearTimeout(this.#marking);
    this.#marking = undefined;
    const published = this.#published.splice(0);
    try {
      if (published.length > 0) await this.#options.outboxes.markPublished(published);
    } catch (error) {
      this.#options.log('debug', 'Outboxes were published but not all are marked.', { reason: messageOf(error) });
    }
  }
}
