import type { JsonValue } from '../../json.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../errors.ts';
import { textOrFile } from '../json-argument.ts';
import { printAnswer } from '../print-answer.ts';
import type { Terminal } from '../terminal.ts';
import { caseAnswer, parseStrictJson, readCase, verifyCase } from './case.ts';
import { explainVerdict } from './explain.ts';
import { defined, readBody, required, requiredSecrets, schemeOf, secretsOf, type VerifyOptions } from './options.ts';
import { verifyLines } from './verify-lines.ts';

/**
 * Verifies the request that the options describe; exit code 1 if it is refused.
 * @throws CliError `option_missing`, `secret_missing`, `input_not_json`, `file_not_found`, `file_unreadable`, and those of `readCase`
 */
export async function verifyOne(options: VerifyOptions, { terminal, setExitCode }: CommandContext): Promise<void> {
  const request = readCase(
    {
      ...schemeOf({ ...options, scheme: required(options.scheme, '--scheme <name>') }),
      ...defined({ now: options.now, tolerance: options.tolerance }),
      secrets: requiredSecrets(options, terminal),
      headers: parseHeaders(required(options.headers, '--headers <json>')),
    },
    Date.now(),
    await readBody(options, terminal),
  );
  const verdict = verifyCase(request);
  if (verdict.kind === 'refused') setExitCode(EXIT.failed);
  printAnswer(caseAnswer(verdict), explainVerdict(verdict, request), options, terminal);
}

/** @throws CliError `input_not_json`, `file_not_found`, `file_unreadable` */
function parseHeaders(option: string): JsonValue {
  return parseStrictJson(textOrFile(option), '--headers');
}

/** Verifies the requests of standard input; the options are what lines need not repeat. @throws CliError `secret_missing` */
export async function verifyMany(options: VerifyOptions, terminal: Terminal): Promise<void> {
  const secrets = secretsOf(options, terminal);
  const defaults = { ...schemeOf(options), ...defined({ now: options.now, tolerance: options.tolerance }) };
  await verifyLines(terminal, secrets.length === 0 ? defaults : { ...defaults, secrets }, Date.now);
}
