import { type Command, Option } from 'commander';
import type { RetryOptions } from '../../client/index.ts';
import { type ApiOptions, callApp, withApiOptions } from '../app-client.ts';
import type { CommandContext } from '../command-context.ts';
import { readJsonOption } from '../json-argument.ts';
import { printAnswer } from '../print-answer.ts';
import { printable } from '../terminal.ts';

interface StartOptions extends ApiOptions {
  readonly input?: string;
  readonly idempotencyKey?: string;
}

interface EventOptions extends ApiOptions {
  readonly input?: string;
}

interface RetryCommandOptions extends ApiOptions {
  readonly reason?: string;
  readonly plan: NonNullable<RetryOptions['plan']>;
}

interface ReasonOptions extends ApiOptions {
  readonly reason?: string;
}

const INPUT = 'JSON, @FILE, or @- for standard input (default: {})';

/** What steers a run. */
const CONTROLS = [
  { name: 'cancel', summary: 'end a run before its time', done: 'is cancelled' },
  { name: 'suspend', summary: 'let no further node of a run begin', done: 'is suspended' },
  { name: 'resume', summary: 'let a suspended run go on', done: 'goes on' },
] as const;

/** The commands that change something. */
export function addRunActions(runs: Command, context: CommandContext): void {
  addStart(runs, context);
  addEvent(runs, context);
  addRetry(runs, context);
  for (const control of CONTROLS) addControl(runs, control, context);
}

const START_HELP = `
The same key and input again name the same run. Without a key, each command starts one.

  hexdag runs start order-processing --input @order.json --idempotency-key order-4711`;

function addStart(runs: Command, { terminal }: CommandContext): void {
  withApiOptions(runs.command('start').summary('start a run of a pipeline'))
    .argument('<pipeline>', 'name of the pipeline')
    .option('--input <json>', `input of the run: ${INPUT}`)
    .option('--idempotency-key <key>', 'what the run is known by, such as the number of an order')
    .addHelpText('after', START_HELP)
    .action(async (pipeline: string, options: StartOptions) => {
      const input = await readJsonOption(options.input, '--input', terminal);
      const { idempotencyKey } = options;
      const started = await callApp(options, terminal, (client) => client.startRun(pipeline, input, { idempotencyKey }));
      const text = started.duplicate ? 'had been started before: the key is the same.' : 'is started.';
      printAnswer(started, `${printable(started.runId)} ${text}\n`, options, terminal);
    });
}

function addEvent(runs: Command, { terminal }: CommandContext): void {
  withApiOptions(runs.command('event').summary('give a run the event that it waits for'))
    .argument('<id>', 'run id')
    .argument('<event-key>', 'key of the event; runs show tells which keys a run waits for')
    .option('--input <json>', `the event: ${INPUT}`)
    .addHelpText('after', `\n  hexdag runs event 5f1c… approve:4711 --input '{"approved": true}'`)
    .action(async (id: string, eventKey: string, options: EventOptions) => {
      const event = await readJsonOption(options.input, '--input', terminal);
      const answer = await callApp(options, terminal, (client) => client.sendEvent(id, eventKey, event));
      const text = answer.duplicate ? 'had it before.' : 'goes on with it.';
      printAnswer(answer, `Node ${printable(answer.node)} ${text}\n`, options, terminal);
    });
}

function addControl(runs: Command, { name, summary, done }: (typeof CONTROLS)[number], { terminal }: CommandContext): void {
  withApiOptions(runs.command(name).summary(summary))
    .argument('<id>', 'run id')
    .option('--reason <text>', 'why, for those who read the run later')
    .addHelpText('after', `\n  hexdag runs ${name} 5f1c… --reason 'Out of stock.'`)
    .action(async (id: string, options: ReasonOptions) => {
      const { reason } = options;
      const answer = await callApp(options, terminal, (client) => client[name](id, { reason }));
      printAnswer(answer, `The run ${done}.\n`, options, terminal);
    });
}

const RETRY_HELP = `
Nodes that completed are not done again, whichever plan the run goes on with.

  hexdag runs retry 5f1c…
  hexdag runs retry 5f1c… --plan current --reason 'The price list is mended.'`;

function addRetry(runs: Command, { terminal }: CommandContext): void {
  withApiOptions(runs.command('retry').summary('do again what failed in a run'))
    .argument('<id>', 'run id')
    .addOption(
      new Option('--plan <which>', 'the plan it began with, or its pipeline as it is deployed now')
        .choices(['recorded', 'current'])
        .default('recorded'),
    )
    .option('--reason <text>', 'why, for those who read the run later')
    .addHelpText('after', RETRY_HELP)
    .action(async (id: string, options: RetryCommandOptions) => {
      const { reason, plan } = options;
      const answer = await callApp(options, terminal, (client) => client.retry(id, { reason, plan }));
      const text = answer.duplicate ? 'is at work again already' : 'is at work again';
      printAnswer(answer, `The run ${text}: retry ${answer.retry}.\n`, options, terminal);
    });
}
