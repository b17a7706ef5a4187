import type { Socket } from 'node:net';
import type { Connection, Container, EventContext, Receiver, Sender, Session } from 'rhea';
import { parseAddress } from './address.ts';
import type { Broker } from './broker.ts';
import { answerTokenRequest } from './cbs.ts';
import { ConsumerLink } from './consumer-link.ts';
import type { ConsumerRotation } from './consumer-rotation.ts';
import type { Destination } from './destination.ts';
import { asBrokerError, BrokerError, CONDITION, entityNotFound, receivedFromTopic, sentToSubscription } from './errors.ts';
import type { Faults } from './faults.ts';
import { managementOf, managementOfSubscription, managementOfTopic } from './management.ts';
import { keepPeerWriting } from './peer-writing.ts';
import { serveProducerLink } from './producer-link.ts';
import type { Queue } from './queue.ts';
import type { RequestHandler } from './request-node.ts';
import { MANAGEMENT_REPLY_NAMES, serveRequestLink, TOKEN_REPLY_NAMES } from './request-node.ts';
import type { FrameWindow } from './rhea-adaptations.ts';
import {
  acceptSocket,
  adaptSession,
  announcedFrameSize,
  createServerConnection,
  echoAttach,
  remoteAttach,
} from './rhea-adaptations.ts';
import { openSessionLink, SESSION_FILTER } from './session-link.ts';
import type { SessionTable } from './session-table.ts';

const MAX_FRAME_SIZE = 65_536;
const CHANNEL_MAX = 4999;
/** `rhea` allots these lazily; clients hold at most 2048 deliveries open in either direction, others more. */
const SESSION_BUFFER_SIZE = { incoming: 2048, outgoing: 1 << 20 };

const ERROR_EVENTS = ['error', 'connection_error', 'protocol_error', 'session_error', 'sender_error', 'receiver_error'];

export type Log = (level: 'debug' | 'information' | 'warning' | 'error', message: string) => void;

export interface ConnectionSettings {
  readonly broker: Broker;
  readonly maxMessageSizeBytes: number;
  /** A client that sends nothing for twice this long is gone. */
  readonly idleTimeoutMs: number;
  readonly faults: Faults;
  readonly log: Log;
}

/** One client's connection: opens its links to the queues and nodes they name, or refuses them. */
export class ClientConnection {
  readonly #settings: ConnectionSettings;
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #windows = new Map<Session, FrameWindow>();
  readonly #consumers = new Map<Sender, ConsumerLink>();
  /** What gives back the session that a link receives from, or no longer waits for one. */
  readonly #releases = new Map<Sender, () => void>();
  readonly #producers = new Map<Receiver, Destination>();
  /** Links that carry answers of `$cbs` and `$management` nodes, by the node's lower-case address. */
  readonly #replyLinks = new Map<Sender, string>();

  constructor(container: Container, socket: Socket, settings: ConnectionSettings) {
    this.#settings = settings;
    this.#socket = socket;
    this.#connection = createServerConnection(container, {
      container_id: container.id,
      max_frame_size: MAX_FRAME_SIZE,
      channel_max: CHANNEL_MAX,
      idle_time_out: settings.idleTimeoutMs,
      session_buffer_size: SESSION_BUFFER_SIZE,
    });
    this.#listen();
    socket.setNoDelay(true);
    acceptSocket(this.#connection, socket);
    socket.on('data', () => this.#refuseHugeFrames());
    keepPeerWriting(socket, () => this.#connection.is_open());
  }

  /** Tells the client that the broker goes away, and ends the connection. */
  close(): void {
    this.#connection.close({ condition: CONDITION.connectionForced, description: 'The broker is shutting down.' });
    setImmediate(() => this.#socket.destroySoon());
  }

  /** Takes the links to the queue or topic away from the client, and leaves the rest of the connection as it is. */
  detachLinks(entity: Queue | Destination): void {
    const consumers = [...this.#consumers].filter(([, consumer]) => consumer.queue === entity).map(([link]) => link);
    const producers = [...this.#producers].filter(([, target]) => target === entity).map(([link]) => link);
    for (const link of [...consumers, ...producers]) {
      link.close({ condition: CONDITION.detachForced, description: `The link '${link.name}' is force detached.` });
    }
    for (const link of consumers) this.#closeSender(link);
    for (const link of producers) this.#producers.delete(link);
  }

  /** Drops the connection without a word, so that nothing unanswered counts as done. */
  abort(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const connection = this.#connection;
    for (const event of ERROR_EVENTS) connection.on(event, (context: unknown) => this.#logError(event, context));
    connection.on('disconnected', () => this.#closeConsumers());
    connection.on('connection_close', () => this.#closeConsumers());
    this.#socket.on('close', () => this.#closeConsumers());
    connection.on('session_open', ({ session }: EventContext) => session && this.#openSession(session));
    connection.on('session_close', ({ session }: EventContext) => session && this.#closeSession(session));
    connection.on(
      'receiver_open',
      ({ receiver }: EventContext) => receiver && this.#open(receiver, (link) => this.#openReceiver(link)),
    );
    connection.on('sender_open', ({ sender }: EventContext) => sender && this.#open(sender, (link) => this.#openSender(link)));
    connection.on('sender_close', ({ sender }: EventContext) => sender && this.#closeSender(sender));
    connection.on('receiver_close', ({ receiver }: EventContext) => receiver && this.#producers.delete(receiver));
  }

  #openSession(session: Session): void {
    const onFlow = () => {
      for (const [link, consumer] of this.#consumers) {
        if (link.session === session) this.#settings.broker.requestDelivery(consumer.queue);
      }
    };
    const { maxMessageSizeBytes } = this.#settings;
    this.#windows.set(session, adaptSession(session, { maxMessageSizeBytes, onFlow }));
  }

  #closeSession(session: Session): void {
    this.#windows.delete(session);
    for (const link of [...this.#consumers.keys(), ...this.#releases.keys(), ...this.#replyLinks.keys()]) {
      if (link.session === session) this.#closeSender(link);
    }
    for (const link of this.#producers.keys()) if (link.session === session) this.#producers.delete(link);
  }

  #open<L extends Sender | Receiver>(link: L, open: (link: L) => void): void {
    try {
      open(link);
      this.#settings.log('debug', `Opened the link ${link.name}.`);
    } catch (cause) {
      const error = asBrokerError(cause);
      this.#settings.log('debug', `Refused the link ${link.name}: ${error.message}`);
      link.close({ condition: error.condition, description: error.message });
    }
  }

  /** The client sends over this link. */
  #openReceiver(link: Receiver): void {
    const { target } = remoteAttach(link);
    if (target === null) throw new BrokerError(CONDITION.notImplemented, 'Transactions are not supported.');
    const text = target.address ?? '';
    const address = parseAddress(text);
    const { broker, maxMessageSizeBytes } = this.#settings;
    const replyLink = (replyTo: string | undefined) => this.#findReplyLink(link, text.toLowerCase(), replyTo);
    if (address.kind === 'token-service') {
      serveRequestLink(link, TOKEN_REPLY_NAMES, answerTokenRequest, replyLink, broker.store);
    } else if (address.kind === 'management') {
      serveRequestLink(link, MANAGEMENT_REPLY_NAMES, this.#managementOf(address.entity), replyLink, broker.store);
    } else {
      this.#produce(link, this.#findDestination(address.entity));
    }
    echoAttach(link, { max_message_size: maxMessageSizeBytes });
  }

  /** The client receives over this link. */
  #openSender(link: Sender): void {
    const attach = remoteAttach(link);
    const text = attach.source?.address ?? '';
    const address = parseAddress(text);
    if (address.kind === 'entity') {
      const queue = this.#findQueue(address.entity);
      assertReceivable(queue, SESSION_FILTER in (attach.source?.filter ?? {}));
      if (queue.sessions === undefined) this.#receive(link, queue);
      else this.#receiveSession(link, queue, queue.sessions);
    } else {
      if (address.kind === 'management') this.#managementOf(address.entity);
      this.#replyLinks.set(link, text.toLowerCase());
      echoAttach(link);
    }
  }

  #receive(link: Sender, queue: Queue): void {
    this.#consume(link, queue, queue.consumers);
    echoAttach(link);
  }

  #receiveSession(link: Sender, queue: Queue, sessions: SessionTable): void {
    const { broker } = this.#settings;
    const withdraw = openSessionLink(link, sessions, broker.clock.now(), {
      consume: (session, holder) => {
        this.#consume(link, queue, session.consumers);
        this.#releases.set(link, () => queue.releaseSession(session, holder));
      },
      closed: () => this.#closeSender(link),
    });
    if (!this.#releases.has(link)) this.#releases.set(link, withdraw);
    broker.requestDelivery(queue);
  }

  #consume(link: Sender, queue: Queue, consumers: ConsumerRotation): void {
    const window = this.#windows.get(link.session);
    if (window === undefined) throw new BrokerError(CONDITION.internalError, 'The link has no open session.');
    this.#consumers.set(link, new ConsumerLink(link, queue, consumers, this.#settings.broker.store, window));
  }

  #produce(link: Receiver, destination: Destination): void {
    serveProducerLink(link, destination, this.#settings.broker.store, this.#settings);
    this.#producers.set(link, destination);
  }

  #findQueue(entity: string): Queue {
    const { broker } = this.#settings;
    const queue = broker.findQueue(entity);
    if (queue !== undefined) return queue;
    throw broker.findTopic(entity) === undefined ? entityNotFound(entity) : receivedFromTopic(entity);
  }

  #findDestination(entity: string): Destination {
    const { broker } = this.#settings;
    if (broker.findSubscription(entity) !== undefined) throw sentToSubscription(entity);
    return broker.findTopic(entity) ?? this.#findQueue(entity);
  }

  /** @throws BrokerError when there is no such entity */
  #managementOf(entity: string): RequestHandler {
    const { broker } = this.#settings;
    const topic = broker.findTopic(entity);
    const subscription = broker.findSubscription(entity);
    if (topic !== undefined) return managementOfTopic(topic);
    return subscription === undefined ? managementOf(this.#findQueue(entity)) : managementOfSubscription(subscription);
  }

  /** A client names its reply link by target address or by link name; one that does neither has one link per node and session. */
  #findReplyLink(request: Receiver, node: string, replyTo: string | undefined): Sender | undefined {
    const links = [...this.#replyLinks].filter(([, address]) => address === node).map(([link]) => link);
    const inSession = links.filter((link) => link.session === request.session);
    const named = (link: Sender) => link.name === replyTo || remoteAttach(link).target?.address === replyTo;
    return inSession.find(named) ?? links.find(named) ?? inSession[0];
  }

  #closeSender(link: Sender): void {
    this.#consumers.get(link)?.close();
    this.#consumers.delete(link);
    this.#releases.get(link)?.();
    this.#releases.delete(link);
    this.#replyLinks.delete(link);
  }

  #closeConsumers(): void {
    for (const link of [...this.#consumers.keys(), ...this.#releases.keys()]) this.#closeSender(link);
    this.#producers.clear();
    this.#replyLinks.clear();
    this.#windows.clear();
  }

  /** `rhea` would collect a frame of any announced size in memory. */
  #refuseHugeFrames(): void {
    const size = announcedFrameSize(this.#connection);
    if (size <= MAX_FRAME_SIZE) return;
    this.#settings.log('warning', `Closed a connection that announced a frame of ${size} bytes.`);
    this.#socket.destroy();
  }

  #logError(event: string, context: unknown): void {
    const error = context instanceof Error ? context : errorOf(context);
    this.#settings.log('debug', `${event}: ${error?.message ?? 'no details'}`);
  }
}

function errorOf(context: unknown): Error | undefined {
  return typeof context === 'object' && context !== null && 'error' in context && context.error instanceof Error
    ? context.error
    : undefined;
}

function assertReceivable(queue: Queue, asksForSession: boolean): void {
  if (asksForSession && !queue.rules.requiresSession) {
    throw new BrokerError(
      CONDITION.notAllowed,
      `A sessionful message receiver cannot be created on '${queue.name}', which does not require sessions.`,
    );
  }
  if (!asksForSession && queue.rules.requiresSession) {
    throw new BrokerError(
      CONDITION.notAllowed,
      `It is not possible to create a non-sessionful message receiver on '${queue.name}', which requires sessions.`,
    );
  }
}
