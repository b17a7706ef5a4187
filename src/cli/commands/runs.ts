import { type Command, InvalidArgumentError, Option } from 'commander';
import { INSTANCE_ID_PATTERN } from '../../limits.ts';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { describeRun, type Page, type Run, runTable } from '../run-text.ts';
import { printable, type Terminal, withoutControls } from '../terminal.ts';

const DEFAULT_URL = 'http://127.0.0.1:7071';
const TIMEOUT_MS = 15_000;
/** There is no such run; any other refusal means that something is wrong with the request. */
const NOT_FOUND = 404;

interface ApiOptions {
  readonly url: string;
  readonly key?: string;
  readonly output: OutputFormat;
}

interface ListOptions extends ApiOptions {
  readonly status?: string;
  readonly pipeline?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export function addRuns(parent: Command, { terminal }: CommandContext): void {
  const runs = parent
    .command('runs')
    .summary('look at the runs of a running app')
    .description('Looks at the runs of a running app.')
    .addHelpText('after', '\n  hexdag runs list --status failed\n  hexdag runs show <run id>');

  withApiOptions(runs.command('list').summary('list runs, newest first'))
    .addOption(
      new Option('--status <status>', 'only runs of this status').choices(['accepted', 'running', 'completed', 'failed']),
    )
    .option('--pipeline <name>', 'only runs of this pipeline')
    .option('--limit <n>', 'how many', readLimit, 20)
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addHelpText('after', '\n  hexdag runs list --status failed --pipeline order-processing')
    .action(async (options: ListOptions) => {
      const query = new URLSearchParams({ limit: String(options.limit) });
      for (const name of ['status', 'pipeline', 'cursor'] as const) {
        const value = options[name];
        if (value !== undefined) query.set(name, value);
      }
      const text = await get(`api/runs?${query}`, options, terminal);
      terminal.stdout.write(options.output === 'json' ? `${text}\n` : runTable(parsePage(text)));
    });

  withApiOptions(runs.command('show').summary('show one run and its nodes'))
    .argument('<id>', 'run id')
    .addHelpText('after', '\n  hexdag runs show 5f1c… --output json')
    .action(async (id: string, options: ApiOptions) => {
      if (!INSTANCE_ID_PATTERN.test(id)) {
        throw new CliError('run_id_invalid', `${printable(id)} is no run id: those have 1 to 100 letters, digits, - or _.`);
      }
      const text = await get(`api/runs/${id}`, options, terminal);
      terminal.stdout.write(options.output === 'json' ? `${text}\n` : describeRun(parseRun(text)));
    });
}

function withApiOptions(command: Command): Command {
  return command
    .option('--url <origin>', 'where the app is', DEFAULT_URL)
    .option('--key <key>', 'function key (default: the environment variable HEXDAG_KEY)')
    .addOption(outputOption());
}

function readLimit(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 100) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.');
}

/**
 * JSON that the API answers with, as a terminal may show it.
 * @throws CliError `url_invalid`, `app_unreachable`, or the code the API answered with
 */
async function get(path: string, { url, key }: ApiOptions, { environment }: Terminal): Promise<string> {
  if (!URL.canParse(path, url) || !/^https?:/.test(url)) {
    throw new CliError('url_invalid', `--url must be the origin of an app, such as ${DEFAULT_URL}, not ${printable(url)}.`);
  }
  const functionKey = key ?? environment['HEXDAG_KEY'];
  const response = await fetchFrom(new URL(path, url), functionKey === undefined ? {} : { 'x-functions-key': functionKey });
  const text = await response.text();
  if (response.ok) return withoutControls(text.trim());
  const { code, detail } = readProblem(text, response.status);
  throw new CliError(printable(code), printable(detail), { exitCode: response.status === NOT_FOUND ? EXIT.failed : EXIT.usage });
}

async function fetchFrom(url: URL, headers: Readonly<Record<string, string>>): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new CliError(
      'app_unreachable',
      `Nothing answers at ${url.origin}: start the app (hexdag start), or say with --url where it is.`,
      {
        exitCode: EXIT.failed,
        cause: error,
      },
    );
  }
}

function readProblem(text: string, status: number): { code: string; detail: string } {
  try {
    const body: { code?: unknown; detail?: unknown } = JSON.parse(text);
    if (typeof body.code === 'string' && typeof body.detail === 'string') return { code: body.code, detail: body.detail };
  } catch {
    // Not this app's answer; the status has to do.
  }
  return { code: 'app_refused', detail: `The app answered ${status}.` };
}

function parsePage(text: string): Page {
  return JSON.parse(text);
}

function parseRun(text: string): Run {
  return JSON.parse(text);
}
