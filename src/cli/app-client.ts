import type { Command } from 'commander';
import { HexdagClient, HexdagClientError } from '../client/index.ts';
import { type OutputFormat, outputOption } from './command-context.ts';
import { CliError, EXIT } from './errors.ts';
import { printable, type Terminal } from './terminal.ts';

const DEFAULT_URL = 'http://127.0.0.1:7071';

/** What every command has that speaks to a running app. */
export interface ApiOptions {
  readonly url?: string;
  readonly key?: string;
  readonly token?: string;
  readonly output: OutputFormat;
}

export function withApiOptions(command: Command): Command {
  return command
    .option('--url <origin>', `where the app is (default: the environment variable HEXDAG_URL, else ${DEFAULT_URL})`)
    .option('--key <key>', 'function key (default: the environment variable HEXDAG_KEY)')
    .option('--token <token>', 'access token (default: the environment variable HEXDAG_TOKEN)')
    .addOption(outputOption());
}

/** How long to try. */
interface Patience {
  readonly maxAttempts: number;
  readonly retryForMs: number;
}

/** Somebody waits in front of it. */
const IMPATIENT: Patience = { maxAttempts: 3, retryForMs: 15_000 };

/**
 * What a call of the app gives.
 * @throws CliError `url_invalid`, `app_unreachable`, or the code the app answered with
 */
export async function callApp<T>(
  options: ApiOptions,
  { environment }: Terminal,
  call: (client: HexdagClient) => Promise<T>,
  patience: Patience = IMPATIENT,
): Promise<T> {
  const url = options.url ?? (environment['HEXDAG_URL'] || DEFAULT_URL);
  const key = options.key ?? (environment['HEXDAG_KEY'] || undefined);
  const token = options.token ?? (environment['HEXDAG_TOKEN'] || undefined);
  try {
    return await call(new HexdagClient({ url, key, token, ...patience }));
  } catch (error) {
    throw error instanceof HexdagClientError ? toCliError(error, url) : error;
  }
}

function toCliError(error: HexdagClientError, url: string): CliError {
  const { code, message, status } = error;
  if (code === 'url_invalid') {
    return new CliError(code, `--url must be the origin of an app, such as ${DEFAULT_URL}, not ${printable(url)}.`);
  }
  if (code === 'app_unreachable') {
    const remedy = 'Start the app (hexdag start), or say with --url where it is.';
    return new CliError(code, `${printable(message)} ${remedy}`, { exitCode: EXIT.failed, cause: error });
  }
  if (code === 'link_unusable') return new CliError(code, printable(message), { exitCode: EXIT.failed, cause: error });
  const isUsage = status === undefined ? !error.retryable : USAGE_STATUSES.has(status);
  return new CliError(printable(code), printable(message), { exitCode: isUsage ? EXIT.usage : EXIT.failed, cause: error });
}

/** Something is wrong with the request itself, or with who asks. Any other refusal is about what is asked for. */
const USAGE_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 405, 413, 415]);
