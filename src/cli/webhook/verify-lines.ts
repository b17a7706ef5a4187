import { isJsonObject, type JsonObject } from '../../json.ts';
import { answerLines } from '../answer-lines.ts';
import { CliError } from '../errors.ts';
import { jsonText, type Terminal } from '../terminal.ts';
import { caseAnswer, parseStrictJson, readCase, verifyCase } from './case.ts';

/**
 * Answers each line `{"scheme", "secrets", "headers", "body" | "bodyBase64", "now"?, …}` with a line `{"accepted", "code"?, "message"?}`,
 * or `{"error": {"code", "message"}}` if it is no request.
 * @param defaults what lines need not repeat
 */
export function verifyLines(
  terminal: Pick<Terminal, 'stdin' | 'stdout'>,
  defaults: JsonObject,
  now: () => number,
): Promise<void> {
  return answerLines(terminal, (line) => answer(line, defaults, now()));
}

function answer(line: string, defaults: JsonObject, now: number): string {
  try {
    const given = parseStrictJson(line, 'The line');
    if (!isJsonObject(given))
      throw new CliError('request_invalid', "A line must be an object with 'scheme', 'secrets', 'headers'.");
    return jsonText(caseAnswer(verifyCase(readCase({ ...defaults, ...given }, now))));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return jsonText({ error: { code: error.code, message: error.message } });
  }
}
