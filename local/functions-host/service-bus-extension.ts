import type { ExtensionHost, HostExtension } from './extension.ts';
import { LockedMessages } from './locked-messages.ts';
import { ServiceBusListener } from './service-bus-listener.ts';
import { parseServiceBusSection, parseServiceBusTrigger } from './service-bus-trigger.ts';
import { type SettlementService, startSettlementService } from './settlement-service.ts';
import { functionsOfType } from './trigger-binding.ts';

const TRIGGER_TYPE = 'servicebustrigger';

/** Serves `serviceBusTrigger` with the real client, and the gRPC service by which a function settles its message itself. */
export class ServiceBusExtension implements HostExtension {
  readonly name = 'serviceBus';
  readonly triggerTypes = [TRIGGER_TYPE];
  readonly #locked = new LockedMessages();
  #listeners: readonly ServiceBusListener[] = [];
  #settlementService: SettlementService | undefined;

  async prepare(): Promise<void> {
    this.#settlementService = await startSettlementService(this.#locked);
  }

  async start(host: ExtensionHost): Promise<void> {
    const section = parseServiceBusSection(host.hostSection('serviceBus'));
    this.#listeners = functionsOfType(TRIGGER_TYPE, host).map((fn) => {
      const trigger = parseServiceBusTrigger(fn, host, section);
      return new ServiceBusListener(host, fn, trigger, section, this.#locked);
    });
    for (const listener of this.#listeners) listener.start();
  }

  async drain(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.drain()));
  }

  async close(): Promise<void> {
    this.#settlementService?.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  counters(): Readonly<Record<string, number>> {
    const received = this.#listeners.reduce((sum, { counters }) => sum + counters.received, 0);
    return { received, ...this.#locked.counters };
  }
}
