import type { CachedHistory, LiveInstance } from './live-instance.ts';

/** Keeps the histories of the instances used last in memory, up to a number of characters of JSON in all. */
export class HistoryCache {
  readonly #capacity: number;
  readonly #read: (instance: LiveInstance) => CachedHistory;
  /** Least recently used first. */
  readonly #cached = new Set<LiveInstance>();
  #size = 0;

  constructor(capacity: number, read: (instance: LiveInstance) => CachedHistory) {
    this.#capacity = capacity;
    this.#read = read;
  }

  get(instance: LiveInstance): CachedHistory {
    return instance.history ?? this.#read(instance);
  }

  put(instance: LiveInstance, history: CachedHistory): void {
    this.remove(instance);
    instance.history = history;
    this.#cached.add(instance);
    this.#size += history.text.length;
    for (const oldest of this.#cached) {
      if (this.#size <= this.#capacity || oldest === instance) return;
      this.remove(oldest);
    }
  }

  remove(instance: LiveInstance): void {
    if (!this.#cached.delete(instance)) return;
    this.#size -= instance.history?.text.length ?? 0;
    instance.history = undefined;
  }
}
