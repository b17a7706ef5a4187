import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, environmentOption, type OutputFormat, outputOption } from '../command-context.ts';
import { readTextFile } from '../files.ts';
import { parseJson, readJsonOption } from '../json-argument.ts';
import type { PlannedEvent } from '../local-run/drive-run.ts';

const HELP = `
Runs a pipeline in this process, by the engine that runs it in Azure, and prints what became of it. Nothing is stored.
Pauses before retries take their time. A run that waits for an event ends the command, unless --deliver brings the event.

Steps are those of steps/index.ts and of the modules given: functions under the names they are exported by, and what defineStep,
defineService, defineHandler and defineAdapter gave, alone or in lists. A module's definition replaces one of the same name.

Exit code: 0 the run completed, 1 it failed, or the pipeline or its input is not valid, 2 the command line is wrong,
3 the run waits for an event, 130 it was stopped with Ctrl-C.

  hexdag run pipelines/order-processing.yaml --input @order.json
  hexdag run approval.yaml --steps approval-steps.ts --input '{"id": 42}' --deliver 'approval:42={"approved": true}' --output json`;

interface RunOptions {
  readonly input?: string;
  readonly steps: readonly string[];
  readonly env?: string;
  readonly var: Readonly<Record<string, string>>;
  readonly deliver: readonly PlannedEvent[];
  readonly output: OutputFormat;
}

export function addRun(parent: Command, { terminal, setExitCode }: CommandContext): void {
  parent
    .command('run')
    .summary('run a pipeline here and now')
    .description('Runs a pipeline in this process and prints what became of it.')
    .argument('<file>', 'file with a pipeline')
    .option('--input <json>', 'input of the run: JSON, @FILE, or @- for standard input (default: {})')
    .option('--steps <module>', 'TypeScript or JavaScript file with steps; may be repeated', collect, [])
    .addOption(environmentOption())
    .option('--var <name=value>', `what \${NAME} stands for, before the environment; may be repeated`, collectVariable, {})
    .option('--deliver <key=json>', 'event for the run when it waits for one of that key; may be repeated', collectEvent, [])
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (file: string, options: RunOptions) => {
      readTextFile(file);
      const input = await readJsonOption(options.input, '--input', terminal);
      // On demand: the engine is most of what the other commands would have to load.
      const { runLocally } = await import('../local-run/run-locally.ts');
      setExitCode(await runLocally({ ...options, file, input }, terminal));
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function collectVariable(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function collectEvent(text: string, before: readonly PlannedEvent[]): readonly PlannedEvent[] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as KEY=JSON.');
  return [...before, { key: text.slice(0, at), payload: parseJson(text.slice(at + 1), '--deliver') }];
}
