import { randomUUID } from 'node:crypto';
import type { ExtensionHost, LogLevel, RegisteredFunction } from '../functions-host/extension.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import { type Change, deleteMessage, writeChange, writeMessage, writeNewInstance } from './change.ts';
import { decide } from './episode.ts';
import { InstanceExistsError, InvalidInstanceIdError, UnknownOrchestratorError } from './errors.ts';
import { EventType, type HistoryEvent, type ParentLink, stamped } from './history.ts';
import { HistoryCache } from './history-cache.ts';
import { historyText, joinHistory } from './history-text.ts';
import { type ActivityCall, invokeActivity, invokeOrchestrator, orchestratorPayload } from './invocations.ts';
import { Lane } from './lane.ts';
import { type CachedHistory, LiveInstance, type Message, toMessage } from './live-instance.ts';
import type { TimerLimits } from './replay.ts';
import type { DurableSettings } from './settings.ts';
import { afterEpisode, engineFailure, openEpisode, type Surroundings, suspension, termination } from './steps.ts';
import { type DurableStore, parseEvents, type StoredInstance, type StoredWork } from './store.ts';

const LOG_CATEGORY = 'Host.Triggers.DurableTask';
/** Characters of history kept in memory. */
const CACHE_CAPACITY = 64 * 1024 * 1024;
const COMMIT_RETRY_MS = 1_000;

export interface EngineOptions {
  readonly host: ExtensionHost;
  readonly store: DurableStore;
  readonly commits: GroupCommit;
  readonly settings: DurableSettings;
  readonly limits: TimerLimits;
  readonly completeWithOpenTasks: boolean;
}

export interface StartRequest {
  readonly name: string;
  readonly instanceId?: string | undefined;
  /** JSON text. */
  readonly input: string | null;
  readonly version?: string | undefined;
  readonly traceParent?: string | undefined;
}

export interface EngineCounters {
  episodes: number;
  activities: number;
  /** Tasks scheduled: activities, timers and sub-orchestrations. */
  actions: number;
}

/**
 * Runs orchestrations: wakes an instance when a message is stored for it, drains all its messages into one episode, commits what the
 * episode changes, then performs it. The database belongs to this process, so memory is a faithful copy of what is live in it.
 */
export class Engine {
  readonly counters: EngineCounters = { episodes: 0, activities: 0, actions: 0 };
  readonly #options: EngineOptions;
  readonly #functions = new Map<string, RegisteredFunction>();
  readonly #live = new Map<string, LiveInstance>();
  readonly #orchestrators: Lane;
  readonly #activities: Lane;
  readonly #cache: HistoryCache;
  readonly #running = new Set<Promise<void>>();
  #ready: LiveInstance[] = [];
  #lastId = 0;
  #stopped = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#orchestrators = new Lane(options.settings.maxConcurrentOrchestratorFunctions);
    this.#activities = new Lane(options.settings.maxConcurrentActivityFunctions);
    this.#cache = new HistoryCache(CACHE_CAPACITY, (instance) => this.#readHistory(instance));
    for (const fn of options.host.functions) this.#functions.set(functionKey(fn.trigger.binding.type, fn.name), fn);
  }

  /** Takes up everything the store holds. To be called once, before anything else. */
  recover(): void {
    const { store } = this.#options;
    this.#lastId = store.highestId();
    const byKey = new Map<number, LiveInstance>();
    for (const stored of store.liveInstances()) byKey.set(stored.key, this.#adopt(stored));
    for (const work of store.work()) {
      const instance = byKey.get(work.instance);
      if (instance === undefined) store.deleteWork(work.id);
      else if (work.outcome !== null) {
        instance.work.set(work.taskId, { row: work.id });
        instance.mailbox.push(toMessage(work.outcome, { table: 'work', id: work.id }));
      } else this.#perform(instance, work);
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
    const instance = this.#admit(request, null);
    await this.#persist((store) => writeNewInstance(store, instance));
    this.#release(instance);
    return instance.id;
  }

  /** Sends an event to a live instance; resolves once it is stored, with false if there is no such instance. */
  async post(instanceId: string, event: HistoryEvent): Promise<boolean> {
    const instance = this.#live.get(instanceId);
    if (instance === undefined) return false;
    const message = this.#inboxMessage(event);
    await this.#persist((store) => writeMessage(store, instance, message));
    this.#deliver(instance, message);
    return true;
  }

  /** Runs ended instances again, with the histories given (JSON texts joined by commas); resolves once that is stored. */
  async revive(
    revivals: readonly { readonly stored: StoredInstance; readonly history: string; readonly event: HistoryEvent }[],
  ): Promise<void> {
    const { clock } = this.#options.host;
    const prepared = revivals.map(({ stored, history, event }) => {
      const instance = this.#adopt({ ...stored, status: 'Running', episodes: 1 });
      instance.busy = true;
      return { instance, history, message: this.#inboxMessage(event) };
    });
    await this.#persist((store) => {
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
    return this.#live.has(instanceId);
  }

  /** Calls back once, when the instance is not live any more; returns what takes that back. */
  onEnd(instanceId: string, callback: () => void): () => void {
    const instance = this.#live.get(instanceId);
    if (instance === undefined) callback();
    else instance.endListeners.add(callback);
    return () => instance?.endListeners.delete(callback);
  }

  /** Starts nothing more and waits for what runs. */
  async drain(): Promise<void> {
    this.#stopped = true;
    for (const instance of this.#live.values()) for (const work of instance.work.values()) work.cancel?.();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  // Instances

  #admit(request: StartRequest, parent: ParentLink | null): LiveInstance {
    const { host, settings } = this.#options;
    const { name, instanceId = newId(), input, version = settings.defaultVersion, traceParent = null } = request;
    if (!isValidInstanceId(instanceId)) throw new InvalidInstanceIdError(instanceId);
    if (this.#function('orchestrationtrigger', name) === undefined) throw new UnknownOrchestratorError(name);
    const existing = this.#live.get(instanceId);
    if (existing !== undefined) throw new InstanceExistsError(instanceId, existing.status);
    const now = host.clock.now();
    const origin = {
      key: this.#nextId(),
      instanceId,
      executionId: newId(),
      name,
      version,
      input,
      createdAt: now,
      parent,
      traceParent,
    };
    const instance = new LiveInstance(origin);
    instance.mailbox.push(instance.startMessage(now));
    instance.busy = true;
    this.#live.set(instanceId, instance);
    return instance;
  }

  #adopt(stored: StoredInstance): LiveInstance {
    const instance = new LiveInstance(stored);
    if (stored.status === 'Running' || stored.status === 'Suspended') instance.status = stored.status;
    instance.episodes = stored.episodes;
    if (stored.episodes === 0) instance.mailbox.push(instance.startMessage(stored.createdAt));
    this.#live.set(instance.id, instance);
    return instance;
  }

  #deliver(instance: LiveInstance, message: Message): void {
    if (instance.ended) this.#track(this.#discard([message]));
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
      for (const woken of ready) this.#track(this.#step(woken).finally(() => this.#release(woken)));
    });
  }

  // Steps of an instance

  async #step(instance: LiveInstance): Promise<void> {
    const step = instance.nextStep();
    const now = this.#options.host.clock.now();
    if (step === 'idle' || this.#stopped) return;
    if (step === 'suspend') return this.#commit(suspension(instance, now));
    if (step === 'terminate') return this.#commit(termination(instance, this.#surroundings()));
    try {
      await this.#runEpisode(instance);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#log('error', `The episode of instance '${instance.id}' broke: ${text}`);
      await this.#commit(engineFailure(instance, error, this.#surroundings()));
    }
  }

  async #runEpisode(instance: LiveInstance): Promise<void> {
    const { host, limits, completeWithOpenTasks } = this.#options;
    const fn = this.#function('orchestrationtrigger', instance.name);
    if (fn === undefined) throw new UnknownOrchestratorError(instance.name);
    const { episode, result } = await this.#orchestrators.run(async () => {
      const episode = openEpisode(instance, this.#cache.get(instance), host.clock.now());
      const payload = orchestratorPayload(
        instance,
        joinHistory(episode.past.text, historyText(episode.freshTexts, false)),
        limits,
      );
      return { episode, result: await invokeOrchestrator(host, fn, payload, instance.traceParent) };
    });
    this.counters.episodes += 1;
    const history = [...episode.past.events, ...episode.fresh];
    const { name: orchestrator, executionId } = instance;
    const decision = decide({ orchestrator, executionId, history, result, now: host.clock.now(), limits, completeWithOpenTasks });
    this.counters.actions += decision.newTasks.length;
    if (decision.verdict.kind === 'continuedAsNew' && decision.verdict.dropped.length > 0) {
      const names = decision.verdict.dropped.join(', ');
      this.#log(
        'warning',
        `Instance '${instance.id}' continued as new; events it had not awaited are lost, as in Azure: ${names}.`,
      );
    }
    const change = afterEpisode(instance, episode, decision, this.#surroundings());
    const events = [...history, ...decision.events];
    await this.#commit(change, { events, text: joinHistory(episode.past.text, change.history) });
  }

  /** Stores a change, then performs it. `history` is the whole history after it. */
  async #commit(change: Change, history?: CachedHistory): Promise<void> {
    const { instance, fate } = change;
    await this.#persist((store) => writeChange(store, change));
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
    for (const work of change.newWork) this.#perform(instance, work);
    for (const child of change.children) this.#release(child);
    for (const { to, message } of change.outgoing) this.#deliver(to, message);
  }

  #end(instance: LiveInstance): void {
    instance.ended = true;
    this.#live.delete(instance.id);
    this.#cache.remove(instance);
    for (const listener of instance.endListeners) listener();
    if (instance.mailbox.length > 0) this.#track(this.#discard(instance.mailbox));
  }

  /** Begins a new execution; events that were carried over are still in the mailbox. */
  #restart(instance: LiveInstance, executionId: string, input: string | null, now: number): void {
    instance.executionId = executionId;
    instance.input = input;
    instance.episodes = 0;
    instance.mailbox = [instance.startMessage(now), ...instance.mailbox];
    this.#cache.put(instance, { events: [], text: '' });
  }

  // Activities and timers

  #perform(instance: LiveInstance, { id, taskId, name, input, fireAt }: Omit<StoredWork, 'outcome'>): void {
    if (fireAt !== null) {
      instance.work.set(taskId, { row: id, cancel: this.#schedule(instance, id, taskId, fireAt) });
    } else if (name !== null) {
      instance.work.set(taskId, { row: id });
      const call = { taskId, name, input, instanceId: instance.id, traceParent: instance.traceParent };
      this.#track(this.#runActivity(instance, id, call));
    }
  }

  #schedule(instance: LiveInstance, row: number, taskId: number, fireAt: number): () => void {
    const { clock } = this.#options.host;
    const fire = () => {
      const event = { ...stamped(EventType.TimerFired, clock.now()), TimerId: taskId, FireAt: new Date(fireAt).toISOString() };
      this.#deliver(instance, toMessage(event, { table: 'work', id: row }));
    };
    if (fireAt > clock.now()) return clock.schedule(fireAt, fire);
    const immediate = setImmediate(fire);
    return () => clearImmediate(immediate);
  }

  async #runActivity(instance: LiveInstance, row: number, call: ActivityCall): Promise<void> {
    const event = await this.#activities.run(async () => {
      if (this.#stopped || instance.ended) return undefined;
      this.counters.activities += 1;
      return invokeActivity(this.#options.host, this.#function('activitytrigger', call.name), call);
    });
    if (event === undefined || instance.ended) return;
    const message = toMessage(event, { table: 'work', id: row });
    const recorded = await this.#persist((store) => store.completeWork(row, message.text));
    if (recorded) this.#deliver(instance, message);
  }

  // Store

  #readHistory(instance: LiveInstance): CachedHistory {
    const text = this.#options.store.readHistory(instance.key);
    const history = { events: parseEvents(text), text };
    this.#cache.put(instance, history);
    return history;
  }

  async #discard(messages: readonly Message[]): Promise<void> {
    await this.#persist((store) => {
      for (const message of messages) deleteMessage(store, message);
    });
  }

  /** Commits; what can't be committed now (a full disk) is tried again, since the engine can't go on without it. */
  async #persist<T>(write: (store: DurableStore) => T): Promise<T> {
    const { commits, store, host } = this.#options;
    for (;;) {
      try {
        return await commits.write(() => write(store));
      } catch (error) {
        this.#log('critical', `The Durable database could not be written: ${String(error)}`);
        if (this.#stopped) throw error;
        await new Promise<void>((resolve) => host.clock.schedule(host.clock.now() + COMMIT_RETRY_MS, resolve));
      }
    }
  }

  #inboxMessage(event: HistoryEvent): Message {
    return toMessage(event, { table: 'inbox', id: this.#nextId() });
  }

  #surroundings(): Surroundings {
    return {
      now: this.#options.host.clock.now(),
      nextId: () => this.#nextId(),
      newExecutionId: newId,
      live: (instanceId) => this.#live.get(instanceId),
      inboxMessage: (event) => this.#inboxMessage(event),
      admitChild: (child, parent) => {
        try {
          return this.#admit(child, parent);
        } catch (error) {
          if (error instanceof Error) return error;
          throw error;
        }
      },
    };
  }

  #function(triggerType: string, name: string): RegisteredFunction | undefined {
    return this.#functions.get(functionKey(triggerType, name));
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Keeps a piece of background work in view until it ends, so that draining waits for it. */
  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#log('error', `Durable background work failed: ${String(error)}`))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  #log(level: LogLevel, message: string): void {
    this.#options.host.log(level, LOG_CATEGORY, message);
  }
}

function functionKey(triggerType: string, name: string): string {
  return `${triggerType.toLowerCase()} ${name.toLowerCase()}`;
}

function newId(): string {
  return randomUUID().replaceAll('-', '');
}

function isValidInstanceId(instanceId: string): boolean {
  return instanceId.length > 0 && instanceId.length <= 100 && !instanceId.startsWith('@') && !/[/\\?#\p{Cc}]/u.test(instanceId);
}
