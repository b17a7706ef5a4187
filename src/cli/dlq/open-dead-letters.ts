import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { CliError, EXIT } from '../errors.ts';
import { printable } from '../terminal.ts';
import type { Entity } from './entity.ts';
import type { AnnotatedMessage } from './redriven-message.ts';

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
  const client = connect(connection);
  const sender = client.createSender(entity.target);
  try {
    return await work({
      receiver: () => client.createReceiver(entity.path, { subQueueType: 'deadLetter', skipParsingBodyAsJson: true }),
      send: (message) => sender.sendMessages(message),
    });
  } catch (error) {
    if (error instanceof CliError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw unavailable(`The dead letters of ${printable(entity.name)} cannot be reached: ${printable(reason)}`, error);
  } finally {
    await client.close();
  }
}

function connect(connection: string): ServiceBusClient {
  try {
    return new ServiceBusClient(connection, { retryOptions: { maxRetries: 2, timeoutInMs: 15_000 } });
  } catch (error) {
    // The SDK's own text might show the key.
    throw unavailable(
      'The connection string cannot be read: it has the form Endpoint=…;SharedAccessKeyName=…;SharedAccessKey=….',
      error,
    );
  }
}

function unavailable(message: string, cause: unknown): CliError {
  return new CliError('dead_letters_unavailable', message, { exitCode: EXIT.failed, cause });
}
