import { parseExactJson } from '../exact-json.ts';
import type { JsonValue } from '../json.ts';
import { CliError } from './errors.ts';
import { readTextFile } from './files.ts';
import { printable } from './terminal.ts';

/** The text of an option that is written out, or after `@` the name of a file with it. @throws CliError `file_not_found`, `file_unreadable` */
export function textOrFile(option: string): string {
  return option.startsWith('@') ? readTextFile(option.slice(1)) : option;
}

/** @param place what the text is, for people. @throws CliError `input_not_json` */
export function parseJson(text: string, place: string): JsonValue {
  try {
    return parseExactJson(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CliError('input_not_json', `${printable(place)} is not JSON: ${printable(problem)}.`, { cause: error });
  }
}
