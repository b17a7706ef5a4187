import type { Command } from 'commander';
import { isoTime } from '../../expression/time.ts';
import { nextOccurrences } from '../../triggers/schedule/occurrences.ts';
import { parseSchedule } from '../../triggers/schedule/parse-schedule.ts';
import type { Schedule, ScheduleFault } from '../../triggers/schedule/schedule.ts';
import { findSkippedTime } from '../../triggers/schedule/skipped-times.ts';
import { readTimeZone, type TimeZone } from '../../triggers/schedule/time-zone.ts';
import { tellArgumentProblem } from '../argument-problem.ts';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { EXIT } from '../errors.ts';
import { timesTable } from '../schedule-text.ts';
import { jsonText, type Terminal } from '../terminal.ts';
import { countOption, fromOption } from './schedule-options.ts';
import { addTimerCommands } from './schedule-timers.ts';

interface NextOptions {
  readonly timeZone: string;
  readonly from?: number;
  readonly count: number;
  readonly output: OutputFormat;
}

const HELP = `
EXPR is what a timer trigger takes: {second} {minute} {hour} {day} {month} {day-of-week}, in quotes.
Day and day-of-week have to match both. With five fields the second is 0. An interval is written as hh:mm:ss or d.hh:mm:ss and
counts from --from (that of a timer trigger from 1970, in UTC, so that it keeps its times). %NAME% stands for the value of a setting.

Where clocks are put forward, a time that is skipped fires later by as much: 02:30 at 03:30. Where they are put back, a time that
comes twice fires once; only a schedule that runs on through the hours, as '0 0 * * * *', fires in both.

With --output json:  {"next": ["2026-11-23T07:30:00.000Z"]}    or    {"error": {"code": "cron_range", "message": "…", "at": 2}}

Exit code: 0 the schedule is valid, 1 it is not or the time zone is not known, 2 the command line is wrong.

  hexdag schedule next "0 30 8 * * MON-FRI" --time-zone Europe/Berlin`;

export function addSchedule(parent: Command, context: CommandContext): void {
  const schedule = parent
    .command('schedule')
    .summary('see when schedules fire, and run timers by hand')
    .description('Tells what schedules mean, and how the timers of an app do.')
    .addHelpText(
      'after',
      '\n  hexdag schedule next "0 */15 * * * *"\n  hexdag schedule list pipelines\n  hexdag schedule status',
    );

  schedule
    .command('next')
    .summary('list the next times of a schedule')
    .description('Lists the next times at which a schedule fires, or says what is wrong with it.')
    .argument('<expr>', 'NCRONTAB or an interval')
    .option('--time-zone <name>', 'a name of the IANA database', 'UTC')
    .addOption(fromOption())
    .addOption(countOption())
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action((expr: string, options: NextOptions) => {
      tellNext(expr, { ...options, from: options.from ?? Date.now() }, context);
    });
  addTimerCommands(schedule, context);
}

function tellNext(expr: string, options: NextOptions & { readonly from: number }, context: CommandContext): void {
  const { terminal, setExitCode } = context;
  const { from, count, output } = options;
  const faults: Fault[] = [];
  const into = (name: string, text: string) => (fault: ScheduleFault) => void faults.push({ ...fault, argument: { name, text } });
  const schedule = parseSchedule(expr, terminal.environment, into('schedule', expr));
  const timeZone = readTimeZone(options.timeZone, into('time-zone', options.timeZone));
  if (schedule === undefined || timeZone === undefined) {
    setExitCode(EXIT.failed);
    tellFaults(faults, output, terminal);
    return;
  }
  const next = nextOccurrences(schedule, { from, count, timeZone });
  if (output === 'json') {
    terminal.stdout.write(`${jsonText({ next: next.map(isoTime) })}\n`);
    return;
  }
  terminal.stdout.write(timesTable(next, timeZone));
  warn(expr, schedule, timeZone, from, terminal);
}

/** A fault, and the argument that it is in. */
interface Fault extends ScheduleFault {
  readonly argument: { readonly name: string; readonly text: string };
}

function tellFaults(faults: readonly Fault[], output: OutputFormat, terminal: Terminal): void {
  if (output === 'text') {
    for (const { argument, ...fault } of faults) tellArgumentProblem({ ...fault, severity: 'error' }, argument, terminal);
    return;
  }
  for (const { code, message, remedy, offset } of faults.slice(0, 1)) {
    terminal.stdout.write(`${jsonText({ error: { code, message: `${message} ${remedy}`, at: offset } })}\n`);
  }
}

function warn(text: string, schedule: Schedule, timeZone: TimeZone, from: number, terminal: Terminal): void {
  const warning = findSkippedTime(schedule, timeZone, from);
  if (warning !== undefined) tellArgumentProblem({ ...warning, severity: 'warning' }, { name: 'schedule', text }, terminal);
}
