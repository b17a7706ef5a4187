import type { Clock } from '../clock.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import type { Container } from './catalog.ts';

const PER_COMMIT = 500;
/** Items are invisible from their expiry on; their removal may wait and be done for many at once. */
const SHORTEST_PAUSE_MS = 1000;

/** Removes the items whose time is over, at the time the next of them expires. */
export class ExpirySweep {
  readonly #clock: Clock;
  readonly #commits: GroupCommit;
  readonly #containers: () => readonly Container[];
  readonly #failed: (error: unknown) => void;
  #cancel: (() => void) | undefined;
  #planned = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(clock: Clock, commits: GroupCommit, containers: () => readonly Container[], failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#commits = commits;
    this.#containers = containers;
    this.#failed = failed;
  }

  /** Takes note that items of the container may expire earlier than planned. */
  plan(container: Container): void {
    if (this.#isClosed || container.dropped || container.definition.defaultTtl === null) return;
    const expires = container.items.nextExpiry();
    if (expires !== undefined) this.#planAt(expires * 1000);
  }

  planAll(): void {
    for (const container of this.#containers()) this.plan(container);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #planAt(at: number): void {
    const next = Math.max(at, this.#clock.now() + SHORTEST_PAUSE_MS);
    if (next >= this.#planned) return;
    this.#cancel?.();
    this.#planned = next;
    this.#cancel = this.#clock.schedule(next, () => {
      this.#planned = Number.POSITIVE_INFINITY;
      this.#sweep().catch(this.#failed);
    });
  }

  async #sweep(): Promise<void> {
    await this.#commits.write(() => {
      const nowSeconds = Math.floor(this.#clock.now() / 1000);
      for (const container of this.#containers()) container.items.removeExpired(nowSeconds, PER_COMMIT);
    });
    this.planAll();
  }
}
