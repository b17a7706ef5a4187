import type { JsonObject } from '../../json.ts';
import type { EntityStore, StoredEntity } from '../../ports/entity-store.ts';

/** An entity store that lasts as long as the process. */
export class MemoryEntityStore implements EntityStore {
  readonly #entities = new Map<string, StoredEntity>();
  #writes = 0;

  async read(type: string, id: string): Promise<StoredEntity | null> {
    const stored = this.#entities.get(JSON.stringify([type, id]));
    return stored === undefined ? null : structuredClone(stored);
  }

  async write(type: string, id: string, value: JsonObject, expected: string | null): Promise<boolean> {
    const key = JSON.stringify([type, id]);
    if ((this.#entities.get(key)?.version ?? null) !== expected) return false;
    this.#writes += 1;
    this.#entities.set(key, { value: structuredClone(value), version: String(this.#writes) });
    return true;
  }
}
