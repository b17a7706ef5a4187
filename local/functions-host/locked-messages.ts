import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { MessageReceiver, MessageSource } from './message-source.ts';
import { type MessageSettler, type PropertiesToModify, UnknownLockTokenError } from './settlement-service.ts';

interface LockedMessage {
  readonly message: ServiceBusReceivedMessage;
  readonly source: MessageSource;
  settled: boolean;
}

/** The messages that functions are working on. A message is settled once: by its function, or by the host when that ends. */
export class LockedMessages implements MessageSettler {
  readonly counters = { completed: 0, abandoned: 0, deadLettered: 0 };
  readonly #messages = new Map<string, LockedMessage>();

  /** @returns what forgets the message again */
  hold(message: ServiceBusReceivedMessage, source: MessageSource): () => void {
    const lockToken = tokenOf(message);
    this.#messages.set(lockToken, { message, source, settled: false });
    return () => this.#messages.delete(lockToken);
  }

  isSettled(message: ServiceBusReceivedMessage): boolean {
    return this.#messages.get(tokenOf(message))?.settled !== false;
  }

  async complete(lockToken: string): Promise<void> {
    await this.#settle(lockToken, (receiver, message) => receiver.completeMessage(message));
    this.counters.completed += 1;
  }

  async abandon(lockToken: string, properties: PropertiesToModify): Promise<void> {
    await this.#settle(lockToken, (receiver, message) => receiver.abandonMessage(message, properties));
    this.counters.abandoned += 1;
  }

  async deadLetter(lockToken: string, reason: string, description: string, properties: PropertiesToModify): Promise<void> {
    const options = { ...properties, deadLetterReason: reason, deadLetterErrorDescription: description };
    await this.#settle(lockToken, (receiver, message) => receiver.deadLetterMessage(message, options));
    this.counters.deadLettered += 1;
  }

  async renewLock(lockToken: string): Promise<void> {
    const { source, message } = this.#find(lockToken);
    await source.renewLock(message);
  }

  async #settle(
    lockToken: string,
    work: (receiver: MessageReceiver, message: ServiceBusReceivedMessage) => Promise<void>,
  ): Promise<void> {
    const locked = this.#find(lockToken);
    // Marked before the broker answers, so that nobody else settles it meanwhile.
    locked.settled = true;
    try {
      await locked.source.settle((receiver) => work(receiver, locked.message));
    } catch (error) {
      locked.settled = false;
      throw error;
    }
  }

  #find(lockToken: string): LockedMessage {
    const locked = this.#messages.get(lockToken);
    if (locked === undefined || locked.settled) throw new UnknownLockTokenError(lockToken);
    return locked;
  }
}

export function tokenOf(message: ServiceBusReceivedMessage): string {
  return (message.lockToken ?? '').toLowerCase();
}
