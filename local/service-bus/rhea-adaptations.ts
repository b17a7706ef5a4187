/**
 * All the places where this broker leans on the insides of `rhea`, a client library first: what it does not offer a server
 * is added here, per session or link and never globally. The version of `rhea` is pinned because of this file.
 */
import type { Socket } from 'node:net';
import type { Connection, Container, Delivery, Receiver, Sender, Session, Typed } from 'rhea';
import rhea from 'rhea';
import { type BrokerError, lockLost } from './errors.ts';

type ConnectionOptions = NonNullable<Parameters<Container['create_connection']>[0]>;

/** A described outcome, as `delivery.update()` takes it. */
export type Outcome = Typed;

interface Terminus {
  readonly address?: string | null;
  readonly filter?: Readonly<Record<string, unknown>> | null;
  described(): unknown;
}

/** The fields of the peer's attach that the broker reads. */
export interface RemoteAttach {
  readonly source: Terminus | null;
  readonly target: Terminus | null;
  readonly snd_settle_mode: number | null | undefined;
  readonly rcv_settle_mode: number | null | undefined;
  readonly properties: Readonly<Record<string, unknown>> | null | undefined;
}

interface LinkInternals {
  readonly local: { attach: Record<string, unknown> };
  readonly remote: { readonly attach: RemoteAttach };
}

interface SenderInternals extends LinkInternals {
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  _draining: boolean;
  _get_drain(): boolean;
}

interface Fragmented {
  data: readonly Buffer[];
}

interface TransferFrame {
  readonly performative: { readonly handle: number; message_format?: number | null; readonly more?: boolean | null };
  payload?: Buffer;
}

interface DispositionFrame {
  readonly performative: {
    readonly role: boolean;
    readonly first: number;
    readonly last?: number | null;
    readonly settled?: boolean | null;
  };
}

interface SessionInternals {
  readonly outgoing: {
    readonly next_transfer_id: number;
    readonly deliveries: { by_id(id: number): { readonly id: number } | undefined };
    send(...args: unknown[]): Fragmented;
    transfer_window(): number;
    available(): number;
    update(delivery: object, settled: boolean, state: Outcome): void;
  };
  on_transfer(frame: TransferFrame): void;
  on_disposition(frame: DispositionFrame): void;
  on_flow(frame: object): void;
}

/** A message format other than 0, which makes `rhea` hand the message over as bytes. */
const RAW_FORMAT = 0x7f000001;
/** The message format of a Service Bus batch. */
export const BATCH_FORMAT = 0x80013700;

/** Longest range of deliveries one disposition may name. */
const MAX_DISPOSITION_RANGE = 1 << 20;
/** Bytes of a transfer frame that `rhea` sets aside for what is not payload, next to the delivery tag. */
const TRANSFER_OVERHEAD = 50;

const EMPTY = Buffer.alloc(0);

/** How much the session can still write, and how many frames that takes. */
export interface FrameWindow {
  /** Transfer frames the peer is ready for, those already queued taken off. */
  available(): number;
  framesFor(bytes: number, tagBytes: number): number;
}

export interface SessionHandlers {
  /** Messages above this size are cut off just beyond it, so that nobody can fill the memory. */
  readonly maxMessageSizeBytes: number;
  /** The peer said how much it can take, for a link or for the whole session. */
  onFlow(): void;
}

/**
 * Prepares a session the peer has opened: messages arrive as the bytes that were sent, dispositions for deliveries that are long
 * gone are answered, every flow is heard of, and the transfer window is known exactly.
 */
export function adaptSession(session: Session, handlers: SessionHandlers): FrameWindow {
  const internals = session as Session & SessionInternals;
  keepTransfersRaw(internals, handlers.maxMessageSizeBytes);
  answerUnknownDispositions(session, internals);
  const onFlow = internals.on_flow;
  internals.on_flow = (frame) => {
    onFlow.call(session, frame);
    handlers.onFlow();
  };
  return frameWindow(session, internals);
}

function keepTransfersRaw(session: SessionInternals, maxMessageSizeBytes: number): void {
  const onTransfer = session.on_transfer;
  const incomplete = new Map<number, number>();
  session.on_transfer = (frame) => {
    const { performative } = frame;
    if (performative.message_format !== BATCH_FORMAT) performative.message_format = RAW_FORMAT;
    const before = incomplete.get(performative.handle) ?? 0;
    if (performative.more) incomplete.set(performative.handle, before + (frame.payload?.length ?? 0));
    else if (before > 0) incomplete.delete(performative.handle);
    if (before > maxMessageSizeBytes) frame.payload = EMPTY;
    onTransfer.call(session, frame);
  };
}

function answerUnknownDispositions(session: Session, internals: SessionInternals): void {
  const onDisposition = internals.on_disposition;
  const link = { is_receiver: () => false, session, connection: session.connection };
  internals.on_disposition = (frame) => {
    const { role, first, settled } = frame.performative;
    const last = frame.performative.last ?? first;
    if (last - first > MAX_DISPOSITION_RANGE) throw new RangeError(`A disposition names ${last - first} deliveries.`);
    for (let id = first; role && !settled && id <= last; id++) {
      const known = internals.outgoing.deliveries.by_id(id);
      if (known?.id !== id) internals.outgoing.update({ id, link, remote_settled: false }, true, rejected(lockLost()));
    }
    onDisposition.call(session, frame);
  };
}

function frameWindow(session: Session, { outgoing }: SessionInternals): FrameWindow {
  let framesQueued = 0;
  const send = outgoing.send;
  outgoing.send = (...args) => {
    const delivery = send.apply(outgoing, args);
    framesQueued += delivery.data.length;
    return delivery;
  };
  return {
    available() {
      if (outgoing.available() === 0) return 0;
      // Not a number until the peer's first flow.
      return (outgoing.transfer_window() || 0) - (framesQueued - outgoing.next_transfer_id);
    },
    framesFor(bytes, tagBytes) {
      const payload = (session.connection.max_frame_size ?? Number.POSITIVE_INFINITY) - TRANSFER_OVERHEAD - tagBytes;
      return Math.max(1, Math.ceil(bytes / payload));
    },
  };
}

export function remoteAttach(link: Sender | Receiver): RemoteAttach {
  const { attach } = (link as unknown as LinkInternals).remote;
  const { snd_settle_mode, rcv_settle_mode, properties } = attach;
  return { source: asTerminus(attach.source), target: asTerminus(attach.target), snd_settle_mode, rcv_settle_mode, properties };
}

/** `rhea` reads a terminus it does not know, such as a transaction coordinator, as an AMQP null and not as null. */
function asTerminus(terminus: Terminus | null): Terminus | null {
  return terminus !== null && 'described' in terminus ? terminus : null;
}

/** Fills our attach in with what the peer asked for, plus `fields`; must happen in the link's open event. */
export function echoAttach(link: Sender | Receiver, fields: Readonly<Record<string, unknown>> = {}): void {
  const { source, target, snd_settle_mode, rcv_settle_mode } = remoteAttach(link);
  const { local } = link as unknown as LinkInternals;
  Object.assign(local.attach, {
    source: source?.described(),
    target: target?.described(),
    snd_settle_mode,
    rcv_settle_mode,
    ...fields,
  });
}

/** Fills our attach in like `echoAttach()`, but for the source's filter and our properties. */
export function attachWith(
  link: Sender,
  filter: Readonly<Record<string, unknown>>,
  properties: Readonly<Record<string, Typed>>,
): void {
  echoAttach(link, { properties });
  link.set_source({ address: remoteAttach(link).source?.address ?? '', filter });
}

interface EndpointState {
  local_open: boolean;
  open_requests: number;
}

/** Keeps the peer waiting for our attach until `answerAttach()`; must happen in the link's open event. */
export function holdAttach(link: Sender): void {
  const { state } = link as unknown as { readonly state: EndpointState };
  Object.assign(state, { local_open: false, open_requests: 0 } satisfies EndpointState);
}

/** Answers the peer's attach: with what was filled in, or else with a refusal, which a detach must follow. */
export function answerAttach(link: Sender): void {
  (link as Sender & { attach(): void }).attach();
}

/** Counts a sending link's credit itself, since `rhea` takes it off only when it writes, and answers drains when told to. */
export class OutgoingCredit {
  readonly #link: Sender;
  readonly #internals: SenderInternals;
  #used = 0;
  #drains = false;

  constructor(link: Sender) {
    this.#link = link;
    this.#internals = link as unknown as SenderInternals;
    this.#internals._get_drain = () => this.#dropCredit();
  }

  get available(): number {
    return this.#internals.credit - (this.#used - this.#internals.delivery_count);
  }

  use(): void {
    this.#used += 1;
  }

  /** If the peer wants its credit used up or given back: tells it that the rest is dropped. */
  answerDrain(): void {
    if (!this.#internals._draining) return;
    this.#drains = true;
    this.#internals.issue_flow = true;
    scheduleWrite(this.#link.connection);
  }

  #dropCredit(): boolean {
    if (!this.#drains) return false;
    this.#used += this.#internals.credit;
    this.#internals.delivery_count += this.#internals.credit;
    this.#internals.credit = 0;
    this.#internals._draining = false;
    this.#drains = false;
    return true;
  }
}

function scheduleWrite(connection: Connection): void {
  (connection as Connection & { _register(): void })._register();
}

/** Settles a delivery we sent, in answer to the receiver's disposition, and lets go of it: the receiver will not settle again. */
export function settleSent(delivery: Delivery, state: Outcome): void {
  delivery.update(true, state);
  Object.assign(delivery, { remote_settled: true, data: [] });
}

/** Marks a delivery as sent settled, before it is written. */
export function sendSettled(delivery: Delivery): void {
  Object.assign(delivery, { settled: true });
}

interface ConnectionInternals {
  accept(socket: Socket): void;
  eof(): void;
  readonly frame_size?: number;
}

/** A connection that waits for `acceptSocket()`; the typed options are those of a client only. */
export function createServerConnection(container: Container, options: Omit<ConnectionOptions, 'port'>): Connection {
  return container.create_connection(options as ConnectionOptions);
}

/** Serves the peer at the other end of the socket. `rhea` misses a socket's end that it did not read, and would keep its idle timer. */
export function acceptSocket(connection: Connection, socket: Socket): void {
  const internals = connection as Connection & ConnectionInternals;
  internals.accept(socket);
  socket.on('close', () => internals.eof());
}

/** The length of the frame the connection waits for, once it is announced. */
export function announcedFrameSize(connection: Connection): number {
  return (connection as Connection & ConnectionInternals).frame_size ?? 0;
}

/** The encoded fields of an outcome, which keep the AMQP types that its decoded properties lose. */
export function encodedOutcomeFields(outcome: object | undefined): readonly unknown[] {
  return outcome !== undefined && 'value' in outcome && Array.isArray(outcome.value) ? outcome.value : [];
}

interface OutcomeFactories {
  accepted(): { described(): Outcome };
  released(): { described(): Outcome };
  modified(fields: object): { described(): Outcome };
  rejected(fields: object): { described(): Outcome };
}

const outcomes = rhea.message as unknown as OutcomeFactories;

export const ACCEPTED: Outcome = outcomes.accepted().described();
export const RELEASED: Outcome = outcomes.released().described();
export const MODIFIED: Outcome = outcomes.modified({}).described();
export const DEAD_LETTERED: Outcome = outcomes.rejected({}).described();

export function rejected(error: BrokerError): Outcome {
  return outcomes.rejected({ error: { condition: error.condition, description: error.message } }).described();
}
