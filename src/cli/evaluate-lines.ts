import { ExpressionError } from '../expression/errors.ts';
import { parseTime } from '../expression/time.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { answerLines } from './answer-lines.ts';
import { CliError } from './errors.ts';
import { EVALUATION_MODES, type EvaluationRequest, evaluateRequest, isEvaluationMode } from './evaluate-request.ts';
import { parseJson } from './json-argument.ts';
import { jsonText, type Terminal } from './terminal.ts';

/** Answers each line `{"expr", "data"?, "mode"?, "now"?}` with a line `{"value"}` or `{"error": {"code", "message", "at"}}`. */
export function evaluateLines(terminal: Pick<Terminal, 'stdin' | 'stdout'>, now: () => number): Promise<void> {
  return answerLines(terminal, (line) => answer(line, now));
}

function answer(line: string, now: () => number): string {
  try {
    return `{"value":${evaluateRequest(readRequest(line, now))}}`;
  } catch (error) {
    if (error instanceof ExpressionError) return errorAnswer(error);
    if (error instanceof CliError) return jsonText({ error: { code: error.code, message: error.message, at: 0 } });
    throw error;
  }
}

/** The answer that tells why there is no value; `at` counts characters of the expression from its start. */
export function errorAnswer({ code, message, offset }: ExpressionError): string {
  return jsonText({ error: { code, message, at: offset } });
}

/** @throws CliError `input_not_json`, `request_invalid` */
function readRequest(line: string, now: () => number): EvaluationRequest {
  const request = readObject(line);
  const { expr, data = {}, mode = 'value', now: time } = request;
  if (typeof expr !== 'string') throw new CliError('request_invalid', "'expr' must be a text.");
  if (!isJsonObject(data)) throw new CliError('request_invalid', "'data' must be an object.");
  if (typeof mode !== 'string' || !isEvaluationMode(mode)) {
    throw new CliError('request_invalid', `'mode' must be one of ${EVALUATION_MODES.join(', ')}.`);
  }
  return { expr, data, mode, now: time === undefined ? now() : readTime(time) };
}

function readObject(line: string): JsonObject {
  const value = parseJson(line, 'The line');
  if (isJsonObject(value)) return value;
  throw new CliError('request_invalid', "A line must be an object with 'expr', and 'data', 'mode', 'now' if wanted.");
}

function readTime(value: JsonValue): number {
  const time = typeof value === 'string' ? parseTime(value) : value;
  if (typeof time === 'number' && Math.abs(time) <= 8.64e15) return time;
  throw new CliError('request_invalid', "'now' must be a time in ISO 8601, or Unix milliseconds.");
}
