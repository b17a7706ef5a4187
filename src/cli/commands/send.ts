import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import type { Command } from 'commander';
import { isJsonObject, type JsonValue } from '../../json.ts';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { readTextFile } from '../files.ts';
import { printable, type Terminal } from '../terminal.ts';

interface SendOptions {
  readonly connection?: string;
  readonly idPath?: string;
  readonly output: OutputFormat;
}

const HELP = `
FILE (or - for standard input) holds a JSON array, one JSON value, or one JSON value a line; each value becomes a message.

The connection string is the setting SB unless --connection gives one; "hexdag start" prints that of the local Service Bus.

  hexdag send orders orders.jsonl --id-path orderId`;

export function addSend(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('send')
    .summary('send messages to a queue or topic')
    .description('Sends JSON values as messages to a queue or topic.')
    .argument('<queue>', 'queue or topic')
    .argument('<file>', 'JSON file, or - for standard input')
    .option('--connection <string>', 'Service Bus connection string')
    .option('--id-path <path>', 'where in a value its message id is, such as orderId or order.id')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (queue: string, file: string, options: SendOptions) => {
      const connection = options.connection ?? terminal.environment['SB'];
      if (connection === undefined || connection === '') {
        throw new CliError(
          'connection_missing',
          'No Service Bus to send to: set SB to a connection string, or give one with --connection.',
        );
      }
      const text = file === '-' ? await readAll(terminal.stdin) : readTextFile(file);
      const messages = parseValues(text, file).map((value, index) => toMessage(value, index, options.idPath));
      await send(connection, queue, messages, terminal);
      const sent = messages.length;
      terminal.stdout.write(
        options.output === 'json' ? `${JSON.stringify({ queue, sent })}\n` : `${sent} sent to ${printable(queue)}.\n`,
      );
    });
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A JSON array is its elements, any other JSON text is one value, and else every line is a value.
 * @throws CliError `input_not_json` (with the line), `input_empty`
 */
export function parseValues(text: string, file: string): readonly JsonValue[] {
  if (text.trim() === '') throw new CliError('input_empty', `${printable(file)} is empty: there is nothing to send.`);
  const whole = tryParse(text);
  if ('value' in whole) return isArray(whole.value) ? whole.value : [whole.value];
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = tryParse(line);
    if ('value' in parsed) return [parsed.value];
    throw new CliError('input_not_json', `${printable(file)}:${index + 1} is not JSON: ${printable(parsed.problem)}.`);
  });
}

function tryParse(text: string): { readonly value: JsonValue } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function toMessage(value: JsonValue, index: number, idPath: string | undefined): ServiceBusMessage {
  const message = { body: value, contentType: 'application/json' };
  if (idPath === undefined) return message;
  const id = valueAt(value, idPath);
  if (typeof id === 'string' || typeof id === 'number') return { ...message, messageId: String(id) };
  throw new CliError(
    'id_missing',
    `Value ${index + 1} has no text or number at ${printable(idPath)}: correct --id-path, or the value.`,
  );
}

function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  const names = path.replace(/^\$\.?/, '').split('.');
  return names.reduce<JsonValue | undefined>((current, name) => (isJsonObject(current) ? current[name] : undefined), value);
}

async function send(
  connection: string,
  queue: string,
  messages: readonly ServiceBusMessage[],
  terminal: Terminal,
): Promise<void> {
  const { ServiceBusClient } = await import('@azure/service-bus');
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
        exitCode: 1,
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
