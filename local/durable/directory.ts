import type { Clock } from '../clock.ts';
import { InstanceExistsError, InvalidInstanceIdError, UnknownOrchestratorError } from './errors.ts';
import type { FunctionIndex } from './function-index.ts';
import type { HistoryEvent, ParentLink } from './history.ts';
import { isValidInstanceId, newId } from './instance-id.ts';
import { LiveInstance, type Message, toMessage } from './live-instance.ts';
import type { StoredInstance } from './store.ts';

export interface StartRequest {
  readonly name: string;
  readonly instanceId?: string | undefined;
  /** JSON text. */
  readonly input: string | null;
  readonly version?: string | undefined;
  readonly traceParent?: string | undefined;
}

export interface DirectoryOptions {
  readonly clock: Clock;
  readonly functions: FunctionIndex;
  readonly defaultVersion: string;
  /** Highest id that the store uses. */
  readonly lastId: number;
}

/** All live instances, and the giving of ids: instances, messages and work share one sequence. */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #live = new Map<string, LiveInstance>();
  #lastId: number;

  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#lastId = options.lastId;
  }

  get(instanceId: string): LiveInstance | undefined {
    return this.#live.get(instanceId);
  }

  all(): Iterable<LiveInstance> {
    return this.#live.values();
  }

  remove(instance: LiveInstance): void {
    this.#live.delete(instance.id);
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** A message that gets a row in the inbox of its receiver. */
  inboxMessage(event: HistoryEvent): Message {
    return toMessage(event, { table: 'inbox', id: this.nextId() });
  }

  /**
   * Takes in a new instance, which is busy until it is stored.
   *
   * @throws UnknownOrchestratorError, InvalidInstanceIdError, InstanceExistsError
   */
  admit(request: StartRequest, parent: ParentLink | null): LiveInstance {
    const { clock, functions, defaultVersion } = this.#options;
    const { name, instanceId = newId(), input, version = defaultVersion, traceParent = null } = request;
    if (!isValidInstanceId(instanceId)) throw new InvalidInstanceIdError(instanceId);
    if (functions.find('orchestrationtrigger', name) === undefined) throw new UnknownOrchestratorError(name);
    const existing = this.#live.get(instanceId);
    if (existing !== undefined) throw new InstanceExistsError(instanceId, existing.status);
    const createdAt = clock.now();
    const ids = { key: this.nextId(), instanceId, executionId: newId() };
    const instance = new LiveInstance({ ...ids, name, version, input, createdAt, parent, traceParent });
    instance.mailbox.push(instance.startMessage(createdAt));
    instance.busy = true;
    this.#live.set(instanceId, instance);
    return instance;
  }

  /** Takes in an instance of the store. */
  adopt(stored: StoredInstance): LiveInstance {
    const instance = new LiveInstance(stored);
    if (stored.status === 'Running' || stored.status === 'Suspended') instance.status = stored.status;
    instance.episodes = stored.episodes;
    if (stored.episodes === 0) instance.mailbox.push(instance.startMessage(stored.createdAt));
    this.#live.set(instance.id, instance);
    return instance;
  }
}
