import type { JsonValue } from '../../json.ts';
import type { Memory } from '../../ports/memory.ts';

/** A memory that lasts as long as the process, and that no other process sees. */
export class InMemory implements Memory {
  readonly #values = new Map<string, JsonValue>();

  async get(key: string): Promise<JsonValue | null> {
    return structuredClone(this.#values.get(key) ?? null);
  }

  async set(key: string, value: JsonValue): Promise<void> {
    this.#values.set(key, structuredClone(value));
  }

  async delete(key: string): Promise<boolean> {
    return this.#values.delete(key);
  }

  async list(prefix = ''): Promise<readonly string[]> {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}
