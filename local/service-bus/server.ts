import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Container } from 'rhea';
import rhea from 'rhea';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { Broker } from './broker.ts';
import type { Log } from './client-connection.ts';
import { ClientConnection } from './client-connection.ts';
import { type Condition, ServiceBusListenError } from './errors.ts';
import { Faults } from './faults.ts';
import type { Topology } from './topology.ts';

export interface ServiceBusOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly topology: Topology;
  /** A file, or `:memory:`. */
  readonly databasePath: string;
  readonly clock?: Clock;
  readonly log?: Log;
  /** What clients may send at most, and are told so. Default 1 MiB. */
  readonly maxMessageSizeBytes?: number;
  /** A client that sends nothing for twice this long is gone. Clients are told, and send empty frames. Default two minutes. */
  readonly idleTimeoutMs?: number;
}

export interface ServiceBusServer {
  readonly port: number;
  /** For any Service Bus client that knows of the development emulator. */
  readonly connectionString: string;
  counters(): Readonly<Record<string, number>>;
  /** Refuses the next `times` transfers to the queue or topic with an AMQP condition, to see how clients take it. */
  refuseSends(queue: string, condition: Condition, times: number): void;
  /** Takes every link to the queue or topic away from its client, as Azure does when it moves it to another machine. */
  detachLinks(path: string): void;
  /** Ends all connections and stores what is under way. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const DEFAULT_MAX_MESSAGE_SIZE_BYTES = 1024 * 1024;
const DEFAULT_IDLE_TIMEOUT_MS = 120_000;
const SASL_MECHANISMS = ['MSSBCBS', 'PLAIN', 'ANONYMOUS', 'EXTERNAL'];

/**
 * Starts a broker that Service Bus clients can talk AMQP to, on the loopback address. What it has acknowledged survives its death.
 *
 * @throws ServiceBusListenError when the port is taken; DatabaseCorruptError, DatabaseInUseError
 */
export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBusServer> {
  const log = options.log ?? (() => undefined);
  const clock = options.clock ?? systemClock;
  const maxMessageSizeBytes = options.maxMessageSizeBytes ?? DEFAULT_MAX_MESSAGE_SIZE_BYTES;
  const idleTimeoutMs = options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS;
  const faults = new Faults();
  const container = createContainer(log);
  const connections = new Set<ClientConnection>();
  let broker = openBroker();

  function openBroker(): Broker {
    const opened = new Broker(options.topology, options.databasePath, clock, (error) => {
      if (opened === broker) replaceBroker(error);
    });
    return opened;
  }

  // What is in memory is ahead of what is stored, so both the connections and the memory are given up.
  function replaceBroker(error: unknown): void {
    log('error', `Changes could not be stored, all connections are dropped: ${String(error)}`);
    for (const connection of connections) connection.abort();
    broker.close();
    broker = openBroker();
  }

  const server = createServer((socket: Socket) => {
    const connection = new ClientConnection(container, socket, { broker, maxMessageSizeBytes, idleTimeoutMs, faults, log });
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  const port = await listen(server, options.port).catch((error: unknown) => {
    broker.close();
    throw new ServiceBusListenError(options.port, error);
  });
  log('information', `The Service Bus broker listens on ${HOST}:${port}.`);

  return {
    port,
    connectionString: `Endpoint=sb://${HOST}:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;`,
    counters: () => ({
      ...broker.counters,
      refusals: faults.refused,
      commits: broker.store.commits,
      writes: broker.store.rowsWritten,
    }),
    refuseSends: (queue, condition, times) => faults.refuseSends(queue, condition, times),
    detachLinks(path) {
      const entity = broker.findQueue(path) ?? broker.findTopic(path);
      if (entity !== undefined) for (const connection of connections) connection.detachLinks(entity);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.close();
      await closed;
      broker.close();
    },
  };
}

function createContainer(log: Log): Container {
  const container = rhea.create_container({
    id: 'service-bus',
    sender_options: { treat_modified_as_released: false },
    receiver_options: { autoaccept: false, credit_window: 0 },
  });
  container.on('error', (error: unknown) => log('debug', `error: ${String(error)}`));
  for (const mechanism of SASL_MECHANISMS) {
    container.sasl_server_mechanisms[mechanism] = () => ({ outcome: undefined, start: acceptAnyone });
  }
  return container;
}

/** Whoever reaches the loopback address may use the broker. */
function acceptAnyone(this: { outcome: boolean | undefined }): void {
  this.outcome = true;
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address: AddressInfo | string | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
