import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { DependencyRefusedError } from '../../ports/errors.ts';
import type { EventPublisher, RunEvent } from '../../ports/event-publisher.ts';
import { toMessage } from './event-message.ts';
import { translateServiceBusError } from './service-bus-errors.ts';

interface Publication {
  readonly messages: readonly ServiceBusMessage[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Publishes to a queue (or topic) through one sender. What is handed in during one turn of the event loop, or while a send is
 * under way, leaves together in as few messages' transfers as fit; the order of handing in is kept.
 */
export class ServiceBusPublisher implements EventPublisher {
  readonly #openSender: () => Promise<ServiceBusSender>;
  readonly #doing: string;
  #waiting: Publication[] = [];
  #sending = false;

  constructor(openSender: () => Promise<ServiceBusSender>, entity: string) {
    this.#openSender = openSender;
    this.#doing = `publishing to ${entity}`;
  }

  publish(events: readonly RunEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages: events.map(toMessage), resolve, reject });
      if (this.#sending) return;
      this.#sending = true;
      setImmediate(() => void this.#sendWaiting());
    });
  }

  async #sendWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const publications = this.#waiting.splice(0);
      try {
        await this.#send(publications);
      } catch (error) {
        const translated = translateServiceBusError(error, this.#doing);
        for (const { reject } of publications) reject(translated);
      }
    }
    this.#sending = false;
  }

  /** Answers each publication when the transfer that holds its last message is stored. Those answered keep their answer. */
  async #send(publications: readonly Publication[]): Promise<void> {
    const sender = await this.#openSender();
    let batch = await sender.createMessageBatch();
    let complete: Publication[] = [];
    const flush = async () => {
      if (batch.count > 0) await sender.sendMessages(batch);
      for (const { resolve } of complete) resolve();
      complete = [];
    };
    const add = async (message: ServiceBusMessage) => {
      if (batch.tryAddMessage(message)) return true;
      await flush();
      batch = await sender.createMessageBatch();
      return batch.tryAddMessage(message);
    };
    for (const publication of publications) {
      let misfit: ServiceBusMessage | undefined;
      for (const message of publication.messages) if (!(await add(message))) misfit = message;
      if (misfit === undefined) complete.push(publication);
      else publication.reject(tooLarge(misfit, batch.maxSizeInBytes));
    }
    await flush();
  }
}

function tooLarge({ messageId }: ServiceBusMessage, maxBytes: number): DependencyRefusedError {
  return new DependencyRefusedError(`The event ${String(messageId)} is larger than a message may be (${maxBytes} bytes).`);
}
