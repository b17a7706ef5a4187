import type { ServiceBusMessage } from '@azure/service-bus';
import type { Command } from 'commander';
import { parseExactJson } from '../../exact-json.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../json.ts';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { readStdin, readTextFile } from '../files.ts';
import { parseJson } from '../json-argument.ts';
import { printAnswer } from '../print-answer.ts';
import { connectionOf, connectionOption } from '../service-bus-connection.ts';
import { printable } from '../terminal.ts';

interface SendOptions {
  readonly connection?: string;
  readonly idPath?: string;
  readonly output: OutputFormat;
}

const HELP = `
FILE (or - for standard input) holds a JSON array, one JSON value, or one JSON value a line; each value becomes a message.

Without --connection and the setting SB, it sends to the local Azure on its default port; "hexdag start" prints its connection string.

  hexdag send orders orders.jsonl --id-path orderId`;

export function addSend(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('send')
    .summary('send messages to a queue or topic')
    .description('Sends JSON values as messages to a queue or topic.')
    .argument('<queue>', 'queue or topic')
    .argument('<file>', 'JSON file, or - for standard input')
    .addOption(connectionOption())
    .option('--id-path <path>', 'where in a value its message id is, such as orderId or order.id')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (queue: string, file: string, options: SendOptions) => {
      const text = file === '-' ? (await readStdin(terminal)).toString() : readTextFile(file);
      const messages = parseValues(text, file).map((value, index) => toMessage(value, index, options.idPath));
      // The SDK is most of what this command would otherwise have to load for `--help`.
      const { send } = await import('../send-messages.ts');
      await send(connectionOf(options, terminal), queue, messages, terminal);
      const sent = messages.length;
      printAnswer({ queue, sent }, `${sent} sent to ${printable(queue)}.\n`, options, terminal);
    });
}

/**
 * A JSON array is its elements, any other JSON text is one value, and else every line is a value.
 * @throws CliError `input_not_json` (with the line), `input_empty`
 */
export function parseValues(text: string, file: string): readonly JsonValue[] {
  if (text.trim() === '') throw new CliError('input_empty', `${printable(file)} is empty: there is nothing to send.`);
  const whole = tryParse(text);
  if (whole !== undefined) return isJsonArray(whole) ? whole : [whole];
  return text.split(/\r?\n/).flatMap((line, index) => (line.trim() === '' ? [] : [parseJson(line, `${file}:${index + 1}`)]));
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
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
