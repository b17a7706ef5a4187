import type { StoredQueue, StoredSessionState } from './queue-store.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';

/** What the holders of a queue's sessions have noted on them, in step with the store. It stays until it is taken away. */
export class SessionStates {
  readonly #queueId: number;
  readonly #around: QueueSurroundings;
  readonly #states: Map<string, StoredSessionState>;

  constructor(stored: StoredQueue, around: QueueSurroundings) {
    this.#queueId = stored.id;
    this.#around = around;
    this.#states = new Map(stored.sessionStates.map((state) => [state.sessionId, state]));
  }

  get(sessionId: string): Buffer | undefined {
    return this.#states.get(sessionId)?.state;
  }

  set(sessionId: string, state: Buffer): void {
    const stored = { sessionId, state, updatedAt: this.#around.clock.now() };
    this.#states.set(sessionId, stored);
    this.#around.store.setSessionState(this.#queueId, stored);
  }

  remove(sessionId: string): void {
    this.#states.delete(sessionId);
    this.#around.store.removeSessionState(this.#queueId, sessionId);
  }

  /** The sessions whose state was set after that time (Unix milliseconds). */
  setAfter(time: number): string[] {
    return [...this.#states.values()].filter(({ updatedAt }) => updatedAt > time).map(({ sessionId }) => sessionId);
  }
}
