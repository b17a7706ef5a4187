import type { RunEvent } from '../../ports/event-publisher.ts';
import type { Outbox, OutboxPlace, OutboxStore } from '../../ports/outbox-store.ts';
import { by } from '../text-order.ts';

/** The outboxes of the stores in this process's memory, which leave them here. */
export class MemoryOutboxStore implements OutboxStore {
  readonly #waiting = new Map<string, { readonly outbox: Outbox; readonly writtenAt: string }>();

  /** What a store calls with the write that the events announce. */
  leave(runId: string, place: OutboxPlace, events: readonly RunEvent[], writtenAt: string): void {
    if (events.length === 0) return;
    this.#waiting.set(keyOf(runId, place), { outbox: structuredClone({ runId, place, events }), writtenAt });
  }

  holds(runId: string, place: OutboxPlace): boolean {
    return this.#waiting.has(keyOf(runId, place));
  }

  async unpublished(writtenBefore: string, limit: number): Promise<readonly Outbox[]> {
    return [...this.#waiting.values()]
      .filter(({ writtenAt }) => writtenAt < writtenBefore)
      .sort(by(({ writtenAt }) => writtenAt))
      .slice(0, limit)
      .map(({ outbox }) => outbox);
  }

  async markPublished(outboxes: readonly Outbox[]): Promise<void> {
    for (const { runId, place, events } of outboxes) {
      const key = keyOf(runId, place);
      if (this.#waiting.get(key)?.outbox.events.at(-1)?.id === events.at(-1)?.id) this.#waiting.delete(key);
    }
  }
}

function keyOf(runId: string, place: OutboxPlace): string {
  return JSON.stringify([runId, place.kind, 'node' in place ? place.node : null]);
}
