import type { EventPublisher, RunEvent } from '../../ports/event-publisher.ts';

/** Keeps what was published, so that tests and the in-process runner can look at it. */
export class MemoryPublisher implements EventPublisher {
  readonly #published: RunEvent[] = [];

  async publish(events: readonly RunEvent[]): Promise<void> {
    this.#published.push(...structuredClone(events));
  }

  /** Everything published so far, in order; an event that was published twice is in it twice. */
  get published(): readonly RunEvent[] {
    return this.#published;
  }
}
