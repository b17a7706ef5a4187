import type { ServiceBusReceiver } from '@azure/service-bus';
import { messageOf } from '../../errors.ts';
import { CliError, EXIT } from '../errors.ts';
import { createServiceBusClient } from '../service-bus-client.ts';
import { printable } from '../terminal.ts';
import type { Entity } from './entity.ts';
import type { AnnotatedMessage } from './redriven-message.ts';

const UNAVAILABLE = 'dead_letters_unavailable';

/** The dead letters of a queue or subscription, and where its messages are sent. */
export interface DeadLetters {
  /** Another receiver each time; what it holds is not given to the others. */
  receiver(): ServiceBusReceiver;
  send(message: AnnotatedMessage): Promise<void>;
}

/**
 * Works on the dead letters over a connection of its own.
 * @throws CliError `dead_letters_unavailable`
 */
export async function withDeadLetters<T>(
  connection: string,
  entity: Entity,
  work: (deadLetters: DeadLetters) => Promise<T>,
): Promise<T> {
  const client = createServiceBusClient(connection, UNAVAILABLE);
  const sender = client.createSender(entity.target);
  try {
    return await work({
      receiver: () => client.createReceiver(entity.path, { subQueueType: 'deadLetter', skipParsingBodyAsJson: true }),
      send: (message) => sender.sendMessages(message),
    });
  } catch (error) {
    if (error instanceof CliError) throw error;
    const message = `The dead letters of ${printable(entity.name)} cannot be reached: ${printable(messageOf(error))}`;
    throw new CliError(UNAVAILABLE, message, { exitCode: EXIT.failed, cause: error });
  } finally {
    await client.close();
  }
}
