import { fileURLToPath } from 'node:url';
import { DurableExtension, type DurableExtensionOptions } from '../../../local/durable/extension.ts';
import type { Binding, ExtensionHost } from '../../../local/functions-host/extension.ts';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import type { TypedData } from '../../../local/functions-host/typed-data.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

export interface InstanceStatus {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly customStatus: unknown;
  readonly createdTime: string;
  readonly historyEvents?: readonly { readonly EventType: string; readonly [field: string]: unknown }[];
}

export const APP_DIRECTORY = fileURLToPath(new URL('./fixtures/app', import.meta.url));
export const SYSTEM_KEY = 'the-system-key';

class RestartableExtension extends DurableExtension {
  /** What the test changes in the data of the client binding. */
  editClientData = (data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => data;
  #host: ExtensionHost | undefined;

  get host(): ExtensionHost {
    if (this.#host === undefined) throw new Error('The extension has not started.');
    return this.#host;
  }

  override async start(host: ExtensionHost): Promise<void> {
    this.#host = host;
    await super.start(host);
  }

  async startAgain(): Promise<void> {
    await super.start(this.host);
  }

  override inputData(binding: Binding): TypedData | undefined {
    const data = super.inputData(binding);
    return data?.string === undefined ? data : { string: JSON.stringify(this.editClientData(JSON.parse(data.string))) };
  }
}

/** The fixture app on a host with a clock that the test moves. Its modules stay loaded: one host a test file. */
export class DurableApp {
  readonly clock = new ManualClock();
  readonly logs: LogEntry[] = [];
  readonly extension: RestartableExtension;
  #host: FunctionsHost | undefined;

  constructor(options: Partial<DurableExtensionOptions> = {}) {
    this.extension = new RestartableExtension({ databasePath: ':memory:', systemKey: SYSTEM_KEY, ...options });
  }

  async start(): Promise<void> {
    this.#host = await startFunctionsHost({
      appDirectory: APP_DIRECTORY,
      port: 0,
      clock: this.clock,
      settings: { TASKHUB_NAME: 'TestHub' },
      extensions: [this.extension],
      onLog: (entry) => this.logs.push(entry),
    });
  }

  async close(): Promise<void> {
    await this.#host?.close();
  }

  /** Closes the extension's database and starts the extension again on it; what `meanwhile` does happens in between. */
  async restart(meanwhile = () => {}): Promise<void> {
    await this.extension.drain();
    await this.extension.close();
    meanwhile();
    await this.extension.startAgain();
  }

  get origin(): string {
    if (this.#host === undefined) throw new Error('The app has not started.');
    return this.#host.origin;
  }

  /** A request to the management API as the SDK sends it. */
  rpc(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.origin}/durabletask/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  }

  /** Calls a method of the SDK's client; rejects with what it threw. */
  async client(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const response = await fetch(`${this.origin}/client`, { method: 'POST', body: JSON.stringify({ method, args }) });
    const { result, error } = (await response.json()) as { result?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return result;
  }

  async startNew(name: string, input?: unknown, instanceId?: string): Promise<string> {
    const response = await this.rpc('POST', `orchestrators/${name}${instanceId === undefined ? '' : `/${instanceId}`}`, input);
    const { id, Message } = (await response.json()) as { id?: string; Message?: string };
    if (id === undefined) throw new Error(`${response.status} ${Message}`);
    return id;
  }

  async status(id: string): Promise<InstanceStatus> {
    const response = await this.rpc('GET', `instances/${id}?showHistory=true&showHistoryOutput=true`);
    return (await response.json()) as InstanceStatus;
  }

  /** Asks until it holds; an instance whose creation is still under way is not there yet. */
  async until(id: string, holds: (status: InstanceStatus) => boolean): Promise<InstanceStatus> {
    for (;;) {
      const response = await this.rpc('GET', `instances/${id}?showHistory=true&showHistoryOutput=true`);
      if (response.status === 404) continue;
      const status = (await response.json()) as InstanceStatus;
      if (holds(status)) return status;
    }
  }

  ended(id: string): Promise<InstanceStatus> {
    return this.until(id, ({ runtimeStatus }) => !['Pending', 'Running', 'Suspended'].includes(runtimeStatus));
  }

  /** The status once so many events of a type are in the history. */
  after(id: string, eventType: string, count = 1): Promise<InstanceStatus> {
    return this.until(id, (status) => countEvents(status, eventType) >= count);
  }

  /** Runs an orchestration that needs no help from its start to its end. */
  async run(name: string, input?: unknown): Promise<InstanceStatus> {
    return this.ended(await this.startNew(name, input));
  }
}

export function countEvents(status: InstanceStatus, eventType: string): number {
  return status.historyEvents?.filter((event) => event.EventType === eventType).length ?? 0;
}

/** `EventType` or `EventType id` of each event, in their order. */
export function eventLine(status: InstanceStatus): string[] {
  return (status.historyEvents ?? []).map((event) => {
    const id = [event['EventId'], event['TaskScheduledId'], event['TimerId']].find(
      (value) => typeof value === 'number' && value >= 0,
    );
    return id === undefined ? event.EventType : `${event.EventType} ${id}`;
  });
}
