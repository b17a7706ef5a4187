import { ServiceBusClient, type ServiceBusMessage, type ServiceBusSender } from '@azure/service-bus';
import { CliError, EXIT } from './errors.ts';
import { printable, type Terminal } from './terminal.ts';

/** Sends all messages in as few transfers as fit. @throws CliError `send_failed` */
export async function send(
  connection: string,
  queue: string,
  messages: readonly ServiceBusMessage[],
  terminal: Terminal,
): Promise<void> {
  const client = new ServiceBusClient(connection, { retryOptions: { maxRetries: 2, timeoutInMs: 15_000 } });
  try {
    await sendAll(client.createSender(queue), messages, (sent) => {
      if (terminal.stderr.isTTY === true) terminal.stderr.write(`\r${sent} of ${messages.length} sent`);
    });
    if (terminal.stderr.isTTY === true) terminal.stderr.write('\r\x1b[K');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      'send_failed',
      `Not everything was sent to ${printable(queue)}: ${printable(reason)}. Send again with --id-path, so that repeated ones are recognised.`,
      {
        exitCode: EXIT.failed,
        cause: error,
      },
    );
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
