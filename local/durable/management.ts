import type { Clock } from '../clock.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import type { StartRequest } from './directory.ts';
import type { Engine } from './engine.ts';
import { type EventRaised, EventType, type HistoryEvent, stamped } from './history.ts';
import { eventText } from './history-text.ts';
import { failedChildren, rewindHistory } from './rewind.ts';
import { type DurableStore, type InstanceFilter, type Page, parseEvents, type StoredInstance } from './store.ts';

/** What became of a message to an instance. */
export type Delivery = 'accepted' | 'unknown' | 'ended';

export interface ManagementOptions {
  readonly engine: Engine;
  readonly store: DurableStore;
  readonly commits: GroupCommit;
  readonly clock: Clock;
}

/** Instances forgotten in one transaction; others have their turn between two of them. */
const PURGE_BATCH = 500;

/** Operations of the durable client on instances. Answers come from the store, so they tell only what is durable. */
export class Management {
  readonly #engine: Engine;
  readonly #store: DurableStore;
  readonly #commits: GroupCommit;
  readonly #clock: Clock;

  constructor({ engine, store, commits, clock }: ManagementOptions) {
    this.#engine = engine;
    this.#store = store;
    this.#commits = commits;
    this.#clock = clock;
  }

  start(request: StartRequest): Promise<string> {
    return this.#engine.start(request);
  }

  find(instanceId: string): StoredInstance | undefined {
    return this.#store.findInstance(instanceId);
  }

  history(instance: StoredInstance): HistoryEvent[] {
    return parseEvents(this.#store.readHistory(instance.key));
  }

  list(filter: InstanceFilter, page: Page): StoredInstance[] {
    return this.#store.listInstances(filter, page);
  }

  /** Resolves when the instance has ended, or after `timeout` milliseconds. */
  waitForEnd(instanceId: string, timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const stopWaiting = this.#clock.schedule(this.#clock.now() + timeout, () => {
        stopListening();
        resolve();
      });
      const stopListening = this.#engine.onEnd(instanceId, () => {
        stopWaiting();
        resolve();
      });
    });
  }

  /** `input` is JSON text. */
  raiseEvent(instanceId: string, name: string, input: string | null): Promise<Delivery> {
    const event: EventRaised = { ...stamped(EventType.EventRaised, this.#clock.now()), Name: name, Input: input };
    return this.#post(instanceId, event);
  }

  terminate(instanceId: string, reason: string | null): Promise<Delivery> {
    return this.#post(instanceId, { ...stamped(EventType.ExecutionTerminated, this.#clock.now()), Input: reason });
  }

  suspend(instanceId: string, reason: string | null): Promise<Delivery> {
    return this.#post(instanceId, { ...stamped(EventType.ExecutionSuspended, this.#clock.now()), Reason: reason });
  }

  resume(instanceId: string, reason: string | null): Promise<Delivery> {
    return this.#post(instanceId, { ...stamped(EventType.ExecutionResumed, this.#clock.now()), Reason: reason });
  }

  /** Runs a failed instance again from its failure, its failed sub-orchestrations included. */
  async rewind(instanceId: string, reason: string | null): Promise<'accepted' | 'unknown' | 'not_failed'> {
    const instance = this.find(instanceId);
    if (instance === undefined) return 'unknown';
    if (!this.#isFailed(instance)) return 'not_failed';
    const event: HistoryEvent = { ...stamped(EventType.ExecutionRewound, this.#clock.now()), Reason: reason };
    const family = this.#failedFamily(instance);
    await this.#engine.revive(
      family.map(({ stored, history }) => ({ stored, history: rewindHistory(history).map(eventText).join(','), event })),
    );
    return 'accepted';
  }

  /** Starts the instance's orchestrator with its input once more; resolves with the new id, or undefined if there is no such instance. */
  async restart(instanceId: string, withNewId: boolean): Promise<string | undefined> {
    const instance = this.find(instanceId);
    if (instance === undefined) return undefined;
    const { name, input, version } = instance;
    return this.#engine.start({ name, input, version, ...(!withNewId && { instanceId }) });
  }

  /** Forgets an ended instance. */
  async purge(instanceId: string): Promise<'purged' | 'unknown' | 'live'> {
    return this.#commits.write(() => {
      const instance = this.find(instanceId);
      if (instance === undefined) return 'unknown';
      if (this.#engine.isLive(instanceId)) return 'live';
      this.#store.deleteInstance(instance.key);
      return 'purged';
    });
  }

  /** Forgets all ended instances that match; resolves with their number. */
  async purgeAll(filter: InstanceFilter): Promise<number> {
    let purged = 0;
    let after: Page['after'];
    do {
      const page = await this.#commits.write(() => {
        const found = this.#store.listInstances(filter, { limit: PURGE_BATCH, after });
        const ended = found.filter((instance) => !this.#engine.isLive(instance.instanceId));
        for (const instance of ended) this.#store.deleteInstance(instance.key);
        return { purged: ended.length, after: found.at(-1) };
      });
      purged += page.purged;
      after = page.after;
    } while (after !== undefined);
    return purged;
  }

  async #post(instanceId: string, event: HistoryEvent): Promise<Delivery> {
    if (await this.#engine.post(instanceId, event)) return 'accepted';
    return this.find(instanceId) === undefined ? 'unknown' : 'ended';
  }

  #isFailed(instance: StoredInstance): boolean {
    return instance.status === 'Failed' && !this.#engine.isLive(instance.instanceId);
  }

  /** The instance and, below it, every sub-orchestration that failed. */
  #failedFamily(stored: StoredInstance): { stored: StoredInstance; history: HistoryEvent[] }[] {
    const history = this.history(stored);
    const children = failedChildren(history)
      .map((childId) => this.find(childId))
      .filter((child) => child !== undefined)
      .filter((child) => this.#isFailed(child) && child.parent?.executionId === stored.executionId);
    return [{ stored, history }, ...children.flatMap((child) => this.#failedFamily(child))];
  }
}
