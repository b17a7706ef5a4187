import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { messageOf } from '../errors.ts';
import { CliError, EXIT } from './errors.ts';
import { createServiceBusClient } from './service-bus-client.ts';
import { printable, rewriteLine, type Terminal } from './terminal.ts';

/** Sends all messages in as few transfers as fit. @throws CliError `send_failed` */
export async function send(
  connection: string,
  queue: string,
  messages: readonly ServiceBusMessage[],
  terminal: Terminal,
): Promise<void> {
  const client = createServiceBusClient(connection, 'send_failed');
  try {
    await sendAll(client.createSender(queue), messages, (sent) => {
      rewriteLine(`${sent} of ${messages.length} sent`, terminal);
    });
    rewriteLine('', terminal);
  } catch (error) {
    const what = `Not everything was sent to ${printable(queue)}: ${printable(messageOf(error))}.`;
    const remedy = 'Send again with --id-path, so that repeated ones are recognised.';
    throw new CliError('send_failed', `${what} ${remedy}`, { exitCode: EXIT.failed, cause: error });
  } finally {
    await client.close();
  }
}

/** Sends in batches as large as the broker takes. */
async function sendAll(
  sender: ServiceBusSender,
  messages: readonly ServiceBusMessage[],
  progress: (sent: number) => void,
): Promise<void> {
  let batch = await sender.createMessageBatch();
  for (const [index, message] of messages.entries()) {
    if (batch.tryAddMessage(message)) continue;
    if (batch.count === 0) throw new Error(`message ${index + 1} is larger than the broker takes`);
    await sender.sendMessages(batch);
    progress(index);
    batch = await sender.createMessageBatch();
    if (!batch.tryAddMessage(message)) throw new Error(`message ${index + 1} is larger than the broker takes`);
  }
  if (batch.count > 0) await sender.sendMessages(batch);
  progress(messages.length);
}
