import { messageOf } from '../errors.ts';
import type { EventPublisher, RunEvent } from '../ports/event-publisher.ts';
import type { Log } from '../ports/log.ts';
import type { RunStore } from '../ports/run-store.ts';

/** How long published outboxes wait to be marked together: marking only saves the sweeper work, and shared requests are cheaper. */
const MARK_DELAY_MS = 500;

/** Publishes a run's events right after they were committed. What fails here stays in the outbox, and the sweeper publishes it. */
export class OutboxRelay {
  readonly #publisher: EventPublisher;
  readonly #runs: RunStore;
  readonly #log: Log;
  #published: string[] = [];
  #marking: NodeJS.Timeout | undefined;

  constructor(publisher: EventPublisher, runs: RunStore, log: Log) {
    this.#publisher = publisher;
    this.#runs = runs;
    this.#log = log;
  }

  /** Never throws: the events are safe in the store. */
  async deliver(runId: string, events: readonly RunEvent[]): Promise<void> {
    try {
      await this.#publisher.publish(events);
      this.#published.push(runId);
      this.#marking ??= setTimeout(() => void this.flush(), MARK_DELAY_MS).unref();
    } catch (error) {
      this.#log('warn', 'Events wait in the outbox for the sweeper.', { runId, reason: messageOf(error) });
    }
  }

  /** Marks at once what waits to be marked. */
  async flush(): Promise<void> {
    clearTimeout(this.#marking);
    this.#marking = undefined;
    const runIds = this.#published.splice(0);
    const marks = await Promise.allSettled(runIds.map((runId) => this.#runs.markPublished(runId)));
    const failures = marks.filter((mark) => mark.status === 'rejected');
    if (failures.length > 0) this.#log('debug', 'Outboxes were published but not marked.', { count: failures.length });
  }
}
