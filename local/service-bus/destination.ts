import type { ParsedMessage } from './sections.ts';

/** Where clients send: a queue or a topic. */
export interface Destination {
  readonly name: string;
  /** @throws BrokerError when it cannot take such a message */
  assertAcceptable(message: ParsedMessage): void;
  publish(message: ParsedMessage): void;
  /** Holds the message until its scheduled time; the number returned is only good for cancelling. */
  schedule(message: ParsedMessage): number;
  /** @throws BrokerError unless all of them are scheduled */
  cancelScheduled(sequenceNumbers: readonly number[]): void;
}
