import type { Command } from 'commander';
import type { TimerStatus } from '../../client/index.ts';
import { isoTime } from '../../expression/time.ts';
import { occurrencesAfter } from '../../triggers/timer/timer-schedule.ts';
import { triggersOf } from '../../triggers/trigger.ts';
import { type ApiOptions, callApp, withApiOptions } from '../app-client.ts';
import { type CommandContext, environmentOption, type OutputFormat, outputOption } from '../command-context.ts';
import { compileFolders } from '../compile-folders.ts';
import { readFolders } from '../document-folders.ts';
import { EXIT } from '../errors.ts';
import { errorsAmong, printFindings } from '../findings.ts';
import { printAnswer } from '../print-answer.ts';
import { nextTimesText } from '../schedule-text.ts';
import { formatTable, jsonText, printable } from '../terminal.ts';
import { countOption, fromOption, readPastTime } from './schedule-options.ts';

interface ListOptions {
  readonly env?: string;
  readonly from?: number;
  readonly count: number;
  readonly output: OutputFormat;
}

interface RunOptions extends ApiOptions {
  readonly occurrence?: number;
  readonly idempotencyKey?: string;
}

/** The commands about timer triggers: those of documents, and those of a running app. */
export function addTimerCommands(schedule: Command, context: CommandContext): void {
  addList(schedule, context);
  addStatus(schedule, context);
  addRun(schedule, context);
}

const LIST_HELP = `
With --output json:  {"timers": [{"trigger": "nightly-report", "timeZone": "Europe/Berlin", "next": ["2026-11-22T01:30:00.000Z"]}]}

Exit code: 0 the documents are valid, 1 something is wrong with them, 2 a file cannot be read or the command line is wrong.

  hexdag schedule list pipelines --count 3`;

function addList(schedule: Command, { terminal, setExitCode }: CommandContext): void {
  schedule
    .command('list')
    .summary('list the next times of timer triggers')
    .description('Lists the next times of the timer triggers of documents.')
    .argument('<file...>', 'YAML files, or folders of them')
    .addOption(environmentOption())
    .addOption(fromOption())
    .addOption(countOption())
    .addOption(outputOption())
    .addHelpText('after', LIST_HELP)
    .action(async (paths: string[], { env, from = Date.now(), count, output }: ListOptions) => {
      const { folders } = await compileFolders(readFolders(paths), { env, variables: terminal.environment });
      const wrong = errorsAmong(folders.flatMap(({ findings }) => findings));
      if (wrong.length > 0) setExitCode(EXIT.failed);
      const timers = folders.flatMap(({ triggers }) => triggersOf(triggers, 'timer'));
      if (output === 'json') {
        const listed = timers.map(({ name, source }) => {
          const next = occurrencesAfter(source, { after: from, count }).map(isoTime);
          return { trigger: name, timeZone: source.timeZone.name, next };
        });
        terminal.stdout.write(`${jsonText({ timers: listed })}\n`);
      } else {
        printFindings(wrong, terminal);
        terminal.stdout.write(timers.length === 0 ? 'No timer trigger.\n' : nextTimesText(timers, { from, count }));
      }
    });
}

const STATUS_HELP = `
Exit code: 0 all timers do well, 1 one has gone silent or the app cannot be asked.

  hexdag schedule status`;

function addStatus(schedule: Command, { terminal, setExitCode }: CommandContext): void {
  withApiOptions(schedule.command('status').summary('show how the timers of a running app do'))
    .addHelpText('after', STATUS_HELP)
    .action(async (options: ApiOptions) => {
      const { triggers } = await callApp(options, terminal, (client) => client.listTriggers());
      const timers = triggers.flatMap(({ name, timer }) => (timer === undefined ? [] : [{ trigger: name, ...timer }]));
      if (timers.some(({ isSilent }) => isSilent)) setExitCode(EXIT.failed);
      printAnswer({ timers }, statusTable(timers), options, terminal);
    });
}

function statusTable(timers: readonly (TimerStatus & { readonly trigger: string })[]): string {
  if (timers.length === 0) return 'No timer trigger.\n';
  const rows = timers.map((timer) => [
    timer.trigger,
    timer.isDisabled ? 'switched off' : timer.isSilent ? `silent since ${timer.silentSince}` : 'well',
    timer.lastOccurrence ?? '-',
    timer.lastRunId ?? '-',
    timer.nextOccurrence ?? '-',
    timer.lastPassedOver === null ? '-' : `${timer.lastPassedOver.last} (${timer.lastPassedOver.reason})`,
  ]);
  return formatTable(['TRIGGER', 'STATE', 'LAST', 'RUN', 'NEXT', 'WITHOUT RUN'], rows);
}

const RUN_HELP = `
Without --occurrence the run is for now, and the same key again names the same run. An occurrence has one run, whoever asks for it.

  hexdag schedule run nightly-report
  hexdag schedule run nightly-report --occurrence 2026-11-20T01:30:00Z`;

function addRun(schedule: Command, { terminal }: CommandContext): void {
  withApiOptions(schedule.command('run').summary('start a run of a timer trigger by hand'))
    .argument('<trigger>', 'name of the trigger')
    .option('--occurrence <time>', 'the run of this occurrence, which has had none, in ISO 8601', readPastTime)
    .option('--idempotency-key <key>', 'what a run for now is known by')
    .addHelpText('after', RUN_HELP)
    .action(async (trigger: string, options: RunOptions) => {
      const { occurrence, idempotencyKey } = options;
      const scheduledTime = occurrence === undefined ? undefined : isoTime(occurrence);
      const started = await callApp(options, terminal, (client) => client.runTrigger(trigger, { scheduledTime, idempotencyKey }));
      const text = started.duplicate ? 'had been started before.' : 'is started.';
      printAnswer(started, `${printable(started.runId)} ${text}\n`, options, terminal);
    });
}
