import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { DependencyRefusedError } from '../../ports/errors.ts';
import type { MessageCopy, Redelivery } from '../../ports/redelivery.ts';
import { translateServiceBusError } from './service-bus-errors.ts';
import { withDeadline } from './with-deadline.ts';

/** Whoever waits holds a message's lock, and has another way. */
const SEND_MS = 10_000;

interface Connection {
  readonly client: Promise<ServiceBusClient>;
  /** By queue. */
  readonly senders: Map<string, ServiceBusSender>;
}

/** Sends the copies to their queues as scheduled messages: one client a connection, and a sender a queue, opened when first needed. */
export class ServiceBusRedelivery implements Redelivery {
  readonly #openClient: (connection: string) => Promise<ServiceBusClient>;
  readonly #nameOf: (queue: string) => string | undefined;
  readonly #connections = new Map<string, Connection>();

  /**
   * `openClient` is called with the name of a connection, and again after that connection has failed; `nameOf` gives the name of a
   * queue that may be written as that of a setting (`%NAME%`).
   */
  constructor(
    openClient: (connection: string) => Promise<ServiceBusClient>,
    nameOf: (queue: string) => string | undefined = (queue) => queue,
  ) {
    this.#openClient = openClient;
    this.#nameOf = nameOf;
  }

  async schedule(copy: MessageCopy): Promise<void> {
    const queue = this.#nameOf(copy.queue);
    if (queue === undefined)
      throw new DependencyRefusedError(`The setting in ${copy.queue} is missing, so the queue is not known.`);
    const connection = this.#connection(copy.connection);
    try {
      await withDeadline(SEND_MS, async (options) => {
        const sender = senderTo(queue, await connection.client, connection.senders);
        await sender.sendMessages(toMessage(copy), options);
      });
    } catch (error) {
      const failure = translateServiceBusError(error, `a copy of a message for the queue ${queue}`);
      // What one queue refuses says nothing of the connection.
      if (!(failure instanceof DependencyRefusedError)) this.#forget(copy.connection, connection);
      throw failure;
    }
  }

  async close(): Promise<void> {
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.allSettled(connections.map(async ({ client }) => (await client).close()));
  }

  #connection(name: string): Connection {
    const known = this.#connections.get(name);
    if (known !== undefined) return known;
    const opened = { client: this.#openClient(name), senders: new Map() };
    this.#connections.set(name, opened);
    return opened;
  }

  /** Its end is not waited for: a client whose connection broke may never finish closing. */
  #forget(name: string, connection: Connection): void {
    if (this.#connections.get(name) === connection) this.#connections.delete(name);
    connection.client.then((client) => client.close()).catch(() => undefined);
  }
}

function senderTo(queue: string, client: ServiceBusClient, senders: Map<string, ServiceBusSender>): ServiceBusSender {
  const sender = senders.get(queue) ?? client.createSender(queue);
  senders.set(queue, sender);
  return sender;
}

function toMessage({ messageId, body, fields, properties, timeToLiveMs, dueAt }: MessageCopy): ServiceBusMessage {
  return {
    ...fields,
    messageId,
    // A buffer is sent as it is; other views are not.
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
    applicationProperties: { ...properties },
    scheduledEnqueueTimeUtc: new Date(dueAt),
    ...(timeToLiveMs === undefined ? {} : { timeToLive: timeToLiveMs }),
  };
}
