import type { CallbackStore, KeptCallback } from '../../ports/callback-store.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import { by } from '../text-order.ts';

/** Callbacks kept as long as the process lasts. */
export class MemoryCallbackStore implements CallbackStore {
  readonly #kept = new Map<string, KeptCallback>();

  async keep(callback: KeptCallback): Promise<void> {
    if (!this.#kept.has(callback.event.id)) await this.update(callback);
  }

  async due(dueBefore: string, limit: number): Promise<readonly KeptCallback[]> {
    const kept = [...this.#kept.values()].filter(({ due }) => due !== null && due < dueBefore);
    return kept.sort(by(({ due }) => due ?? '')).slice(0, limit);
  }

  async update(callback: KeptCallback): Promise<void> {
    this.#kept.set(callback.event.id, structuredClone(callback));
  }

  async remove({ id }: RunEvent): Promise<void> {
    this.#kept.delete(id);
  }

  async givenUp(limit: number): Promise<readonly KeptCallback[]> {
    const kept = [...this.#kept.values()].filter(({ due }) => due === null);
    return kept.sort(by(({ keptAt }) => keptAt)).slice(0, limit);
  }
}
