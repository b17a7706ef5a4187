import { randomBytes } from 'node:crypto';
import type { Delivery, EventContext, Sender } from 'rhea';
import { changesFromTypedMap, typedField } from './amqp-values.ts';
import type { Consumer } from './consumer.ts';
import type { ConsumerRotation } from './consumer-rotation.ts';
import { encodeDelivery, encodedSize } from './delivery-encoding.ts';
import { asBrokerError } from './errors.ts';
import { uuidToGuidBytes } from './guid.ts';
import type { Lock, Message } from './message.ts';
import type { Queue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import type { Settlement } from './queue-surroundings.ts';
import type { FrameWindow, Outcome } from './rhea-adaptations.ts';
import {
  ACCEPTED,
  DEAD_LETTERED,
  encodedOutcomeFields,
  MODIFIED,
  OutgoingCredit,
  RELEASED,
  rejected,
  remoteAttach,
  sendSettled,
  settleSent,
} from './rhea-adaptations.ts';

const TAG_BYTES = 16;
const AMQP_FORMAT = 0;
const SETTLED_BY_SENDER = 1;

/** The link a client receives over: hands messages to it as its credit and window allow, and takes its settlements. */
export class ConsumerLink implements Consumer {
  readonly receivesAndDeletes: boolean;
  readonly queue: Queue;
  readonly #link: Sender;
  readonly #store: QueueStore;
  readonly #window: FrameWindow;
  readonly #credit: OutgoingCredit;
  /** Lock tokens of the deliveries the client has not settled yet, by delivery id. */
  readonly #tokens = new Map<number, string>();
  readonly #consumers: ConsumerRotation;
  #open = true;
  /** Frames of messages whose removal is not committed yet. */
  #framesHeldBack = 0;

  /** `consumers` are those it takes turns with: of the queue, or of one session. */
  constructor(link: Sender, queue: Queue, consumers: ConsumerRotation, store: QueueStore, window: FrameWindow) {
    this.#link = link;
    this.queue = queue;
    this.#store = store;
    this.#window = window;
    this.#consumers = consumers;
    this.receivesAndDeletes = remoteAttach(link).snd_settle_mode === SETTLED_BY_SENDER;
    this.#credit = new OutgoingCredit(link);
    link.on('accepted', (context: EventContext) => this.#settle(context.delivery, { kind: 'complete' }, ACCEPTED));
    link.on('released', (context: EventContext) =>
      this.#settle(context.delivery, { kind: 'abandon', changes: new Map() }, RELEASED),
    );
    link.on('modified', (context: EventContext) => this.#settle(context.delivery, modification(context.delivery), MODIFIED));
    link.on('rejected', (context: EventContext) =>
      this.#settle(context.delivery, deadLettering(context.delivery), DEAD_LETTERED),
    );
    consumers.add(this);
  }

  hasRoom(bytes: number): boolean {
    if (!this.#open || this.#credit.available <= 0) return false;
    return this.#window.available() - this.#framesHeldBack >= this.#window.framesFor(bytes, TAG_BYTES);
  }

  deliver(message: Message, lock: Lock | undefined): void {
    this.#credit.use();
    if (lock === undefined) this.#sendOnceRemoved(message);
    else this.#tokens.set(this.#send(message, lock).id, lock.token);
  }

  idle(): void {
    if (this.#framesHeldBack === 0) this.#credit.answerDrain();
  }

  /** Stops deliveries. Locks go on until they end: the client may still settle over the management node. */
  close(): void {
    this.#open = false;
    this.#consumers.remove(this);
  }

  /** At most once: a message leaves only after its removal is safe. */
  #sendOnceRemoved(message: Message): void {
    const frames = this.#window.framesFor(encodedSize(message), TAG_BYTES);
    this.#framesHeldBack += frames;
    this.#store.afterCommit(() => {
      this.#framesHeldBack -= frames;
      if (!this.#open) return;
      sendSettled(this.#link.send(encodeDelivery(message), randomBytes(TAG_BYTES), AMQP_FORMAT));
      this.idle();
    });
  }

  #send(message: Message, lock: Lock): Delivery {
    return this.#link.send(encodeDelivery(message, lock.until), uuidToGuidBytes(lock.token), AMQP_FORMAT);
  }

  #settle(delivery: Delivery | undefined, settlement: Settlement, answer: Outcome): void {
    if (delivery === undefined) return;
    const token = this.#tokens.get(delivery.id);
    if (token === undefined) return;
    this.#tokens.delete(delivery.id);
    try {
      this.queue.settle(token, settlement);
      this.#store.afterCommit(() => settleSent(delivery, answer));
    } catch (error) {
      settleSent(delivery, rejected(asBrokerError(error)));
    }
  }
}

function modification(delivery: Delivery | undefined): Settlement {
  const fields = encodedOutcomeFields(delivery?.remote_state);
  const changes = changesFromTypedMap(fields[2]);
  return { kind: delivery?.remote_state?.['undeliverable_here'] ? 'defer' : 'abandon', changes };
}

/** Reason and description travel in the error's info, next to further properties, and all become application properties. */
function deadLettering(delivery: Delivery | undefined): Settlement {
  const [error] = encodedOutcomeFields(delivery?.remote_state);
  return { kind: 'dead-letter', changes: changesFromTypedMap(typedField(error, 2)) };
}
