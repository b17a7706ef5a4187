import type { ExtensionHost, LogLevel } from '../functions-host/extension.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import { Background } from './background.ts';
import { type Change, deleteMessage, writeChange, writeMessage, writeNewInstance } from './change.ts';
import { Directory, type StartRequest } from './directory.ts';
import { EpisodeRunner } from './episode-runner.ts';
import { FunctionIndex } from './function-index.ts';
import { type HistoryEvent, isAnswer } from './history.ts';
import { HistoryCache } from './history-cache.ts';
import { newId } from './instance-id.ts';
import { type CachedHistory, type LiveInstance, type Message, toMessage } from './live-instance.ts';
import type { TimerLimits } from './replay.ts';
import type { DurableSettings } from './settings.ts';
import { type Surroundings, suspension, termination } from './steps.ts';
import { type DurableStore, parseEvents, type StoredInstance } from './store.ts';
import { TaskRunner } from './task-runner.ts';
import { Writer } from './writer.ts';

const LOG_CATEGORY = 'Host.Triggers.DurableTask';
/** Characters of history kept in memory. */
const CACHE_CAPACITY = 64 * 1024 * 1024;

export interface EngineOptions {
  readonly host: ExtensionHost;
  readonly store: DurableStore;
  readonly commits: GroupCommit;
  readonly settings: DurableSettings;
  readonly limits: TimerLimits;
}

export interface EngineCounters {
  readonly episodes: number;
  readonly activities: number;
  /** Tasks scheduled: activities, timers and sub-orchestrations. */
  readonly actions: number;
}

/**
 * Runs orchestrations: wakes an instance when a message is stored for it, drains all its messages into one episode, commits what the
 * episode changes, then performs it. The database belongs to this process, so memory is a faithful copy of what is live in it.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #directory: Directory;
  readonly #runner: EpisodeRunner;
  readonly #tasks: TaskRunner;
  readonly #writer: Writer;
  readonly #background: Background;
  readonly #cache: HistoryCache;
  #ready: LiveInstance[] = [];
  #stopped = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { host, store, commits, settings, limits } = options;
    const functions = new FunctionIndex(host.functions);
    this.#directory = new Directory({
      clock: host.clock,
      functions,
      defaultVersion: settings.defaultVersion,
      lastId: store.highestId(),
    });
    this.#cache = new HistoryCache(CACHE_CAPACITY, (instance) => this.#readHistory(instance));
    this.#runner = new EpisodeRunner({
      host,
      functions,
      cache: this.#cache,
      limits,
      maxOrchestrators: settings.maxConcurrentOrchestratorFunctions,
      surroundings: () => this.#surroundings(),
      log: (level, message) => this.#log(level, message),
    });
    this.#background = new Background((error) => this.#log('error', `Background work failed: ${String(error)}`));
    const onFailure = (error: unknown) => this.#log('critical', `The Durable database could not be written: ${String(error)}`);
    this.#writer = new Writer({ store, commits, clock: host.clock, onFailure });
    this.#tasks = new TaskRunner({
      host,
      functions,
      writer: this.#writer,
      background: this.#background,
      maxActivities: settings.maxConcurrentActivityFunctions,
      deliver: (instance, message) => this.#deliver(instance, message),
    });
  }

  counters(): EngineCounters {
    return { episodes: this.#runner.episodes, activities: this.#tasks.activities, actions: this.#runner.actions };
  }

  /** Takes up everything the store holds. To be called once, before anything else. */
  recover(): void {
    const { store } = this.#options;
    const byKey = new Map<number, LiveInstance>();
    for (const stored of store.liveInstances()) byKey.set(stored.key, this.#directory.adopt(stored));
    for (const work of store.work()) {
      const instance = byKey.get(work.instance);
      if (instance === undefined) store.deleteWork(work.id);
      else if (work.outcome !== null) {
        instance.work.set(work.taskId, { row: work.id });
        instance.mailbox.push(toMessage(work.outcome, { table: 'work', id: work.id }));
      } else this.#tasks.perform(instance, work);
    }
    for (const { id, instance: key, event } of store.messages()) {
      const instance = byKey.get(key);
      if (instance === undefined) store.deleteMessage(id);
      else instance.mailbox.push(toMessage(event, { table: 'inbox', id }));
    }
    for (const instance of byKey.values()) this.#wake(instance);
  }

  /**
   * Creates an instance; resolves with its id once it is stored.
   *
   * @throws UnknownOrchestratorError, InvalidInstanceIdError, InstanceExistsError
   */
  async start(request: StartRequest): Promise<string> {
    const instance = this.#directory.admit(request, null);
    const stored = this.#writer.commit((store) => writeNewInstance(store, instance));
    // The first episode shares the commit. What it schedules begins after that.
    this.#release(instance);
    await stored;
    return instance.id;
  }

  /** Sends an event to a live instance; resolves once it is stored, with false if there is no such instance. */
  async post(instanceId: string, event: HistoryEvent): Promise<boolean> {
    const instance = this.#directory.get(instanceId);
    if (instance === undefined) return false;
    const message = this.#directory.inboxMessage(event);
    await this.#writer.commit((store) => writeMessage(store, instance, message));
    this.#deliver(instance, message);
    return true;
  }

  /** Runs ended instances again, with the histories given (JSON texts joined by commas); resolves once that is stored. */
  async revive(
    revivals: readonly { readonly stored: StoredInstance; readonly history: string; readonly event: HistoryEvent }[],
  ): Promise<void> {
    const { clock } = this.#options.host;
    const prepared = revivals.map(({ stored, history, event }) => {
      const instance = this.#directory.adopt({ ...stored, status: 'Running', episodes: 1 });
      instance.busy = true;
      return { instance, history, message: this.#directory.inboxMessage(event) };
    });
    await this.#writer.commit((store) => {
      for (const { instance, history, message } of prepared) {
        store.deleteHistory(instance.key);
        store.appendHistory(instance.key, 0, history);
        store.updateProgress(instance.key, 'Running', 1, undefined, clock.now());
        store.updateOutput(instance.key, null);
        writeMessage(store, instance, message);
      }
    });
    for (const { instance, message } of prepared) {
      instance.mailbox.push(message);
      this.#release(instance);
    }
  }

  isLive(instanceId: string): boolean {
    return this.#directory.get(instanceId) !== undefined;
  }

  /** Calls back once, when the instance is not live any more; returns what takes that back. */
  onEnd(instanceId: string, callback: () => void): () => void {
    const instance = this.#directory.get(instanceId);
    if (instance === undefined) callback();
    else instance.endListeners.add(callback);
    return () => instance?.endListeners.delete(callback);
  }

  /** Starts nothing more and waits for what runs. */
  async drain(): Promise<void> {
    this.#stopped = true;
    this.#tasks.stop();
    this.#writer.giveUp();
    for (const instance of this.#directory.all()) for (const work of instance.work.values()) work.cancel?.();
    await this.#background.idle();
  }

  #deliver(instance: LiveInstance, message: Message): void {
    if (instance.ended) {
      this.#background.run(this.#discard([message]));
      return;
    }
    instance.mailbox.push(message);
    this.#wake(instance);
  }

  #release(instance: LiveInstance): void {
    instance.busy = false;
    this.#wake(instance);
  }

  /** Instances woken in one turn of the event loop start together in the next, so that messages stored together share an episode. */
  #wake(instance: LiveInstance): void {
    if (instance.busy || this.#stopped || instance.nextStep() === 'idle') return;
    instance.busy = true;
    if (this.#ready.push(instance) > 1) return;
    setImmediate(() => {
      const ready = this.#ready;
      this.#ready = [];
      for (const woken of ready) this.#background.run(this.#step(woken).finally(() => this.#release(woken)));
    });
  }

  // Steps of an instance

  async #step(instance: LiveInstance): Promise<void> {
    const step = instance.nextStep();
    if (step === 'idle' || this.#stopped) return;
    if (step === 'suspend') await this.#commit(suspension(instance, this.#options.host.clock.now()));
    else if (step === 'terminate') await this.#commit(termination(instance, this.#surroundings()));
    else {
      const { change, history } = await this.#runner.run(instance);
      await this.#commit(change, history);
    }
  }

  /** Stores a change, then performs it. `history` is the whole history after it. */
  async #commit(change: Change, history?: CachedHistory): Promise<void> {
    const { instance, fate } = change;
    await this.#writer.commit((store) => writeChange(store, change));
    const consumed = new Set(change.consumed);
    const left = instance.mailbox.filter((message) => !consumed.has(message));
    for (const { event } of consumed) instance.forget(event);
    for (const taskId of change.abandoned) instance.abandon(taskId);
    instance.mailbox = left;
    if (change.history !== '') instance.episodes += 1;
    if (fate.kind === 'ended') this.#end(instance);
    else if (fate.kind === 'restarted') this.#restart(instance, fate.executionId, fate.input, change.now);
    else {
      instance.status = fate.status;
      if (history !== undefined) this.#cache.put(instance, history);
    }
    for (const work of change.newWork) this.#tasks.perform(instance, work);
    for (const child of change.children) this.#release(child);
    for (const { to, message } of change.outgoing) this.#deliver(to, message);
  }

  #end(instance: LiveInstance): void {
    instance.ended = true;
    this.#directory.remove(instance);
    this.#cache.remove(instance);
    for (const listener of instance.endListeners) listener();
    if (instance.mailbox.length > 0) this.#background.run(this.#discard(instance.mailbox));
  }

  /** Begins a new execution; events that were carried over are still in the mailbox, and maybe answers that came too late. */
  #restart(instance: LiveInstance, executionId: string, input: string | null, now: number): void {
    const late = instance.mailbox.filter(({ event }) => isAnswer(event));
    if (late.length > 0) this.#background.run(this.#discard(late));
    instance.executionId = executionId;
    instance.input = input;
    instance.episodes = 0;
    instance.mailbox = [instance.startMessage(now), ...instance.mailbox.filter((message) => !late.includes(message))];
    this.#cache.put(instance, { events: [], text: '' });
  }

  // Store

  #readHistory(instance: LiveInstance): CachedHistory {
    const text = this.#options.store.readHistory(instance.key);
    const history = { events: parseEvents(text), text };
    this.#cache.put(instance, history);
    return history;
  }

  async #discard(messages: readonly Message[]): Promise<void> {
    await this.#writer.commit((store) => {
      for (const message of messages) deleteMessage(store, message);
    });
  }

  #surroundings(): Surroundings {
    return {
      now: this.#options.host.clock.now(),
      nextId: () => this.#directory.nextId(),
      newExecutionId: newId,
      live: (instanceId) => this.#directory.get(instanceId),
      inboxMessage: (event) => this.#directory.inboxMessage(event),
      admitChild: (child, parent) => {
        try {
          return this.#directory.admit(child, parent);
        } catch (error) {
          if (error instanceof Error) return error;
          throw error;
        }
      },
    };
  }

  #log(level: LogLevel, message: string): void {
    this.#options.host.log(level, LOG_CATEGORY, message);
  }
}
