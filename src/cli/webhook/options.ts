import type { JsonObject } from '../../json.ts';
import type { OutputFormat } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { readBytes, readStdin } from '../files.ts';
import { printable, type Terminal } from '../terminal.ts';

/** Options of both commands. Those of the scheme have the names that lines have. */
export interface WebhookOptions {
  readonly scheme?: string;
  readonly secret?: readonly string[];
  readonly secretEnv?: readonly string[];
  readonly bodyFile?: string;
  /** Unix seconds. */
  readonly now?: number;
  readonly header?: string;
  readonly algorithm?: string;
  readonly encoding?: string;
  readonly prefix?: string;
  readonly timestampHeader?: string;
  readonly idHeader?: string;
  readonly template?: string;
  readonly secretEncoding?: string;
  readonly output: OutputFormat;
}

export interface VerifyOptions extends WebhookOptions {
  readonly headers?: string;
  readonly tolerance?: number;
}

export interface SignOptions extends WebhookOptions {
  readonly id?: string;
}

/** How the sender signs, in the words of a line. */
export function schemeOf(options: WebhookOptions): JsonObject {
  const { scheme, header, algorithm, encoding, prefix, timestampHeader, idHeader, template, secretEncoding } = options;
  return defined({ scheme, header, algorithm, encoding, prefix, timestampHeader, idHeader, template, secretEncoding });
}

/** @throws CliError `secret_missing` if a variable is not set */
export function secretsOf({ secret = [], secretEnv = [] }: WebhookOptions, { environment }: Terminal): readonly string[] {
  const named = secretEnv.map((name) => {
    const value = environment[name];
    if (value) return value;
    throw new CliError(
      'secret_missing',
      `The environment variable ${printable(name)} is not set, or empty: put the secret into it.`,
    );
  });
  return [...secret, ...named];
}

/** @throws CliError `option_missing`, `secret_missing` */
export function requiredSecrets(options: WebhookOptions, terminal: Terminal): readonly string[] {
  const secrets = secretsOf(options, terminal);
  return required(secrets.length === 0 ? undefined : secrets, '--secret <secret...>');
}

/** @throws CliError `option_missing` */
export function required<T>(value: T | undefined, option: string): T {
  if (value !== undefined) return value;
  throw new CliError('option_missing', `required option '${option}' not specified`);
}

/** @throws CliError `option_missing`, `file_not_found`, `file_unreadable` */
export async function readBody({ bodyFile }: WebhookOptions, terminal: Terminal): Promise<Buffer> {
  const file = required(bodyFile, '--body-file <file>');
  return file === '-' ? readStdin(terminal) : readBytes(file);
}

/** Without what was not given. */
export function defined(values: Readonly<Record<string, string | number | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
