import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DatabaseSync } from 'node:sqlite';
import type { Binding, ExtensionHost, HostExtension } from '../functions-host/extension.ts';
import type { TypedData } from '../functions-host/typed-data.ts';
import { openDatabase } from '../sqlite/database.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import { clientData } from './client-data.ts';
import { Engine } from './engine.ts';
import { EntitiesNotSupportedError } from './errors.ts';
import { HttpApi } from './http-api.ts';
import { Management } from './management.ts';
import type { TimerLimits } from './replay.ts';
import { readSettings } from './settings.ts';
import { DurableStore, SCHEMA } from './store.ts';

export interface DurableExtensionOptions {
  /** SQLite file, created when missing, or `:memory:`. */
  readonly databasePath: string;
  /** Key that the management API under `/runtime/webhooks/durabletask` asks for. */
  readonly systemKey: string;
  /** Milliseconds at which long timers are cut; those of Azure Storage (6 and 3 days) if not given. */
  readonly timerLimits?: TimerLimits;
}

const DAY_MS = 86_400_000;
const AZURE_STORAGE_TIMER_LIMITS: TimerLimits = { maximumShort: 6 * DAY_MS, longInterval: 3 * DAY_MS };

interface Running {
  readonly host: ExtensionHost;
  readonly database: DatabaseSync;
  readonly commits: GroupCommit;
  readonly engine: Engine;
  readonly api: HttpApi;
  readonly clientData: TypedData;
}

/** Durable Functions: orchestrations, activities and the durable client, kept in a SQLite file. */
export class DurableExtension implements HostExtension {
  readonly name = 'DurableTask';
  readonly triggerTypes = ['orchestrationtrigger', 'activitytrigger', 'entitytrigger'];
  readonly #options: DurableExtensionOptions;
  #running: Running | undefined;

  constructor(options: DurableExtensionOptions) {
    this.#options = options;
  }

  /** @throws EntitiesNotSupportedError, InvalidHostSectionError, DatabaseCorruptError, DatabaseInUseError */
  async start(host: ExtensionHost): Promise<void> {
    const entity = host.functions.find((fn) => fn.trigger.binding.type.toLowerCase() === 'entitytrigger');
    if (entity !== undefined) throw new EntitiesNotSupportedError(entity.name);
    const { databasePath, systemKey, timerLimits = AZURE_STORAGE_TIMER_LIMITS } = this.#options;
    const settings = readSettings(host);
    const database = openDatabase(databasePath, SCHEMA);
    const store = new DurableStore(database);
    // An episode takes one turn: it joins the transaction of the message that woke it.
    const commits = new GroupCommit(database, 2);
    const engine = new Engine({ host, store, commits, settings, limits: timerLimits });
    const endpoint = { origin: host.origin, innerOrigin: host.innerOrigin, hubName: settings.hubName, systemKey };
    const api = new HttpApi(new Management({ engine, store, commits, clock: host.clock }), endpoint);
    engine.recover();
    this.#running = { host, database, commits, engine, api, clientData: { string: clientData(endpoint) } };
  }

  async drain(): Promise<void> {
    await this.#running?.engine.drain();
  }

  async close(): Promise<void> {
    this.#running?.commits.flush();
    this.#running?.database.close();
    this.#running = undefined;
  }

  inputData(binding: Binding): TypedData | undefined {
    const type = binding.type.toLowerCase();
    return type === 'durableclient' || type === 'orchestrationclient' ? this.#running?.clientData : undefined;
  }

  async handleHttp(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    return this.#running?.api.handle(request, response, url) ?? false;
  }

  /** `episodes`, `activities`, `actions` (tasks scheduled), `commits` (flushes of the disk), `writes` (pieces of work in them). */
  counters(): Readonly<Record<string, number>> {
    return { ...this.#running?.engine.counters(), ...this.#running?.commits.counters };
  }
}
