import type { CallbackStore, KeptCallback } from '../../ports/callback-store.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';

/** Callbacks kept as long as the process lasts. */
export class MemoryCallbackStore implements CallbackStore {
  readonly #kept = new Map<string, KeptCallback>();

  async keep(callback: KeptCallback): Promise<void> {
    if (!this.#kept.has(callback.event.id)) await this.update(callback);
  }

  async due(dueBefore: string, limit: number): Promise<readonly KeptCallback[]> {
    return this.#sorted(
      ({ due }) => due !== null && due < dueBefore,
      ({ due }) => due ?? '',
    ).slice(0, limit);
  }

  async update(callback: KeptCallback): Promise<void> {
    this.#kept.set(callback.event.id, structuredClone(callback));
  }

  async remove({ id }: RunEvent): Promise<void> {
    this.#kept.delete(id);
  }

  async givenUp(limit: number): Promise<readonly KeptCallback[]> {
    return this.#sorted(
      ({ due }) => due === null,
      ({ keptAt }) => keptAt,
    ).slice(0, limit);
  }

  #sorted(matches: (callback: KeptCallback) => boolean, by: (callback: KeptCallback) => string): KeptCallback[] {
    return [...this.#kept.values()].filter(matches).sort((a, b) => (by(a) < by(b) ? -1 : by(a) > by(b) ? 1 : 0));
  }
}
