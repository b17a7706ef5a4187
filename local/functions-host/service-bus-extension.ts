import { ServiceBusClient } from '@azure/service-bus';
import type { ExtensionHost, HostExtension } from './extension.ts';
import { LockedMessages } from './locked-messages.ts';
import { ServiceBusListener } from './service-bus-listener.ts';
import { parseServiceBusSection, parseServiceBusTrigger } from './service-bus-trigger.ts';
import { type SettlementService, startSettlementService } from './settlement-service.ts';

const TRIGGER_TYPE = 'servicebustrigger';

/** Serves `serviceBusTrigger` with the real client, and the gRPC service by which a function settles its message itself. */
/** Short, because the broker is on this machine: it answers at once, or is being started again. */
const RETRIES = { maxRetries: 10, retryDelayInMs: 300, maxRetryDelayInMs: 1_000, timeoutInMs: 3_000 };

export class ServiceBusExtension implements HostExtension {
  readonly name = 'serviceBus';
  readonly triggerTypes = [TRIGGER_TYPE];
  readonly #locked = new LockedMessages();
  readonly #clients = new Map<string, ServiceBusClient>();
  #listeners: readonly ServiceBusListener[] = [];
  #settlementService: SettlementService | undefined;

  async prepare(): Promise<void> {
    this.#settlementService = await startSettlementService(this.#locked);
  }

  async start(host: ExtensionHost): Promise<void> {
    const section = parseServiceBusSection(host.hostSection('serviceBus'));
    this.#listeners = host.functions
      .filter((fn) => fn.trigger.binding.type.toLowerCase() === TRIGGER_TYPE)
      .map((fn) => {
        const trigger = parseServiceBusTrigger(fn, host, section);
        const client = this.#client(trigger.connectionString);
        return new ServiceBusListener(host, fn, trigger, client, section, this.#locked);
      });
    for (const listener of this.#listeners) listener.start();
  }

  async drain(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.drain()));
  }

  async close(): Promise<void> {
    this.#settlementService?.close();
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  counters(): Readonly<Record<string, number>> {
    const received = this.#listeners.reduce((sum, { counters }) => sum + counters.received, 0);
    return { received, ...this.#locked.counters };
  }

  #client(connectionString: string): ServiceBusClient {
    const known = this.#clients.get(connectionString);
    if (known !== undefined) return known;
    const client = new ServiceBusClient(connectionString, { retryOptions: RETRIES });
    this.#clients.set(connectionString, client);
    return client;
  }
}
