import type { Intake } from './intake.ts';
import type { ParsedMessage } from './sections.ts';

/** Where clients send: a queue or a topic. */
export interface Destination {
  readonly name: string;
  /** What takes in the messages that are acceptable. */
  readonly intake: Intake;
  /** @throws BrokerError when it cannot take such a message */
  assertAcceptable(message: ParsedMessage): void;
}
