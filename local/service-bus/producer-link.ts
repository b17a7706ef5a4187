import type { EventContext, Receiver } from 'rhea';
import type { Destination } from './destination.ts';
import { asBrokerError, BrokerError, CONDITION } from './errors.ts';
import type { Faults } from './faults.ts';
import type { QueueStore } from './queue-store.ts';
import { ACCEPTED, BATCH_FORMAT, rejected } from './rhea-adaptations.ts';
import type { ParsedMessage } from './sections.ts';
import { parseMessage, splitBatch } from './sections.ts';

const CREDIT = 1000;
const CREDIT_STEP = 250;

export interface ProducerSettings {
  readonly maxMessageSizeBytes: number;
  readonly faults: Faults;
}

/**
 * Serves the link a client sends over: each message, or batch as a whole, is accepted once it is stored.
 * A sender is held back by late answers, never by missing credit, which its client punishes with long pauses.
 */
export function serveProducerLink(link: Receiver, destination: Destination, store: QueueStore, settings: ProducerSettings): void {
  let used = 0;
  link.add_credit(CREDIT);
  link.on('message', ({ message, delivery }: EventContext) => {
    used += 1;
    if (used >= CREDIT_STEP) {
      link.add_credit(used);
      used = 0;
    }
    // What was under way when the link was closed cannot be answered: its sender sends it again.
    if (delivery === undefined || !link.is_open()) return;
    try {
      settings.faults.beforeSend(destination.name);
      const encoded = assertBytes(message, settings.maxMessageSizeBytes);
      const messages = delivery.format === BATCH_FORMAT ? splitBatch(encoded).map(parseMessage) : [parseMessage(encoded)];
      publishAll(destination, messages);
      store.afterCommit(() => delivery.update(true, ACCEPTED));
    } catch (error) {
      delivery.update(true, rejected(asBrokerError(error)));
    }
  });
}

function publishAll(destination: Destination, messages: readonly ParsedMessage[]): void {
  for (const message of messages) destination.assertAcceptable(message);
  for (const message of messages) destination.intake.publish(message);
}

function assertBytes(message: unknown, maxMessageSizeBytes: number): Buffer {
  if (!Buffer.isBuffer(message)) throw new BrokerError(CONDITION.decodeError, 'The message could not be read.');
  if (message.length > maxMessageSizeBytes) {
    throw new BrokerError(
      CONDITION.messageSizeExceeded,
      `The received message exceeds the limit of ${maxMessageSizeBytes} bytes currently allowed on the link.`,
    );
  }
  return message;
}
