import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { ExponentialBackoff, handleWhen, type IPolicy, retry } from 'cockatiel';
import { HexdagError } from '../../errors.ts';
import { DependencyRefusedError } from '../../ports/errors.ts';
import type { EventPublisher, RunEvent } from '../../ports/event-publisher.ts';
import { toMessage } from './event-message.ts';
import { translateServiceBusError } from './service-bus-errors.ts';
import { withDeadline } from './with-deadline.ts';

interface Publication {
  readonly messages: readonly ServiceBusMessage[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Limits {
  readonly patience: IPolicy;
  /** The end of what a single transfer may take. */
  readonly transferMs: number;
}

const LIMITS: Limits = {
  // About six seconds of waiting: longer than a broker takes to come back, and shorter than the activity that waits may run.
  patience: retry(
    handleWhen((error) => error instanceof HexdagError && error.retryable),
    { maxAttempts: 6, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 3_000 }) },
  ),
  // The SDK's own time-outs do not cover all: when a connection breaks at the wrong moment, a client may wait for a minute, or for
  // ever, and everything else waits behind that.
  transferMs: 5_000,
};

/**
 * Publishes to a queue (or topic) through one sender. What is handed in during one turn of the event loop, or while a send is
 * under way, leaves together in as few messages' transfers as fit; the order of handing in is kept. What may not have arrived is
 * sent again under the same message ids, which the entity's duplicate detection expects.
 */
export class ServiceBusPublisher implements EventPublisher {
  readonly #openSender: () => Promise<ServiceBusSender>;
  #sender: Promise<ServiceBusSender> | undefined;
  readonly #doing: string;
  readonly #limits: Limits;
  #waiting: Publication[] = [];
  #sending = false;

  /** `openSender` is called again, for a sender on another connection, after one has failed. */
  constructor(openSender: () => Promise<ServiceBusSender>, entity: string, limits: Limits = LIMITS) {
    this.#openSender = openSender;
    this.#doing = `publishing to ${entity}`;
    this.#limits = limits;
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

  /** Whether there is a way to the entity; sends nothing. @throws the failure in the app's terms */
  async check(): Promise<void> {
    try {
      this.#sender ??= this.#openSender();
      const sender = await this.#sender;
      await withDeadline(this.#limits.transferMs, (options) => sender.createMessageBatch(options));
    } catch (error) {
      this.#sender = undefined;
      throw translateServiceBusError(error, this.#doing);
    }
  }

  async #sendWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const publications = new Set(this.#waiting.splice(0));
      try {
        await this.#limits.patience.execute(() => this.#send(publications));
      } catch (error) {
        for (const { reject } of publications) reject(error);
      }
    }
    this.#sending = false;
  }

  /** @throws the failure in the app's terms; `publications` then holds those it concerns */
  async #send(publications: Set<Publication>): Promise<void> {
    try {
      this.#sender ??= this.#openSender();
      await transfer(await this.#sender, publications, this.#limits.transferMs);
    } catch (error) {
      this.#sender = undefined;
      throw translateServiceBusError(error, this.#doing);
    }
  }
}

/** Answers each publication, and takes it out of the set, when the transfer that holds its last message is stored. */
async function transfer(sender: ServiceBusSender, publications: Set<Publication>, deadlineMs: number): Promise<void> {
  let batch = await withDeadline(deadlineMs, (options) => sender.createMessageBatch(options));
  let complete: Publication[] = [];
  const flush = async () => {
    if (batch.count > 0) await withDeadline(deadlineMs, (options) => sender.sendMessages(batch, options));
    for (const publication of complete) {
      publications.delete(publication);
      publication.resolve();
    }
    complete = [];
  };
  const add = async (message: ServiceBusMessage) => {
    if (batch.tryAddMessage(message)) return true;
    await flush();
    batch = await withDeadline(deadlineMs, (options) => sender.createMessageBatch(options));
    return batch.tryAddMessage(message);
  };
  for (const publication of publications) {
    let misfit: ServiceBusMessage | undefined;
    for (const message of publication.messages) if (!(await add(message))) misfit = message;
    if (misfit === undefined) {
      complete.push(publication);
    } else {
      publications.delete(publication);
      publication.reject(tooLarge(misfit, batch.maxSizeInBytes));
    }
  }
  await flush();
}

function tooLarge({ messageId }: ServiceBusMessage, maxBytes: number): DependencyRefusedError {
  return new DependencyRefusedError(`The event ${String(messageId)} is larger than a message may be (${maxBytes} bytes).`);
}
