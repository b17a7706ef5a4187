import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RunStatus } from '../../client/index.ts';
import { type ApiOptions, callApp, withApiOptions } from '../app-client.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT } from '../errors.ts';
import { printAnswer } from '../print-answer.ts';
import { describeRun, runTable } from '../run-text.ts';
import { interruptionOf } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { addRunActions } from './run-actions.ts';
import { addArtifacts } from './run-artifacts.ts';

const HELP = `
  hexdag runs list --status failed
  hexdag runs show <run id>
  hexdag runs start order-processing --input @order.json --idempotency-key order-4711
  hexdag runs wait <run id> --timeout 60`;

const STATUSES: readonly RunStatus[] = ['accepted', 'running', 'completed', 'failed', 'cancelled'];

/** Whoever waits for hours wants to be told of the run's end, and not of a restart of the app meanwhile. */
const PATIENT = { maxAttempts: 20, retryForMs: 10 * 60_000 };

interface ListOptions extends ApiOptions {
  readonly status?: RunStatus;
  readonly pipeline?: string;
  readonly trigger?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface WaitOptions extends ApiOptions {
  readonly timeout?: number;
}

export function addRuns(parent: Command, context: CommandContext): void {
  const runs = parent
    .command('runs')
    .summary('start, look at and steer the runs of a running app')
    .description('Starts, looks at and steers the runs of a running app.')
    .addHelpText('after', HELP);
  addList(runs, context);
  addShow(runs, context);
  addWait(runs, context);
  addRunActions(runs, context);
  addArtifacts(runs, context);
}

function addList(runs: Command, { terminal }: CommandContext): void {
  withApiOptions(runs.command('list').summary('list runs, newest first'))
    .addOption(new Option('--status <status>', 'only runs of this status').choices(STATUSES))
    .option('--pipeline <name>', 'only runs of this pipeline')
    .option('--trigger <name>', 'only runs that this trigger started')
    .option('--from <time>', 'only runs accepted then or later: 2026-01-31T08:00:00Z, or a date')
    .option('--to <time>', 'only runs accepted before')
    .option('--limit <n>', 'how many', wholeNumber(1, 100), 20)
    .option('--cursor <cursor>', 'go on where the page before ended')
    .addHelpText('after', '\n  hexdag runs list --status failed --pipeline order-processing')
    .action(async (options: ListOptions) => {
      const { output: _output, url: _url, key: _key, token: _token, ...filter } = options;
      const page = await callApp(options, terminal, (client) => client.listPage(filter));
      printAnswer(page, runTable(page), options, terminal);
    });
}

function addShow(runs: Command, { terminal }: CommandContext): void {
  withApiOptions(runs.command('show').summary('show one run and its nodes'))
    .argument('<id>', 'run id')
    .addHelpText('after', '\n  hexdag runs show 5f1c… --output json')
    .action(async (id: string, options: ApiOptions) => {
      const run = await callApp(options, terminal, (client) => client.getRun(id));
      printAnswer(run, describeRun(run), options, terminal);
    });
}

const WAIT_HELP = `
Exit code: 0 the run completed, 1 it failed, was cancelled or has not ended in time, 130 the wait was stopped with Ctrl-C.

  hexdag runs wait 5f1c… --timeout 60`;

function addWait(runs: Command, { terminal, setExitCode }: CommandContext): void {
  withApiOptions(runs.command('wait').summary('wait for the end of a run, then show it'))
    .argument('<id>', 'run id')
    .option('--timeout <seconds>', 'for how long at most', readSeconds)
    .addHelpText('after', WAIT_HELP)
    .action(async (id: string, options: WaitOptions) => {
      const signal = interruptionOf(terminal);
      const timeoutMs = options.timeout === undefined ? undefined : options.timeout * 1_000;
      const waiting = callApp(options, terminal, (client) => client.waitForRun(id, { timeoutMs, signal }), PATIENT);
      const run = await waiting.catch((error: unknown) => {
        if (signal.aborted) return undefined;
        throw error;
      });
      if (run === undefined) {
        terminal.stderr.write('Stopped waiting. The run goes on.\n');
        return setExitCode(EXIT.interrupted);
      }
      printAnswer(run, describeRun(run), options, terminal);
      setExitCode(run.status === 'completed' ? EXIT.ok : EXIT.failed);
    });
}

function readSeconds(text: string): number {
  if (/^\d{1,7}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of seconds.');
}
