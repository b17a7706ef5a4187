import { messageOf } from '../errors.ts';
import { parseExactJson } from '../exact-json.ts';
import type { JsonValue } from '../json.ts';
import { CliError } from './errors.ts';
import { readStdin, readTextFile } from './files.ts';
import { printable, type Terminal } from './terminal.ts';

/** The text of an option that is written out, or after `@` the name of a file with it. @throws CliError `file_not_found`, `file_unreadable` */
export function textOrFile(option: string): string {
  return option.startsWith('@') ? readTextFile(option.slice(1)) : option;
}

/** The JSON of an option: written out, `@FILE`, or `@-` for standard input; `{}` without it. @throws CliError */
export async function readJsonOption(option: string | undefined, name: string, terminal: Terminal): Promise<JsonValue> {
  if (option === undefined) return {};
  return parseJson(option === '@-' ? (await readStdin(terminal)).toString() : textOrFile(option), name);
}

/** @param place what the text is, for people. @throws CliError `input_not_json` */
export function parseJson(text: string, place: string): JsonValue {
  try {
    return parseExactJson(text);
  } catch (error) {
    throw new CliError('input_not_json', `${printable(place)} is not JSON: ${printable(messageOf(error))}.`, { cause: error });
  }
}
