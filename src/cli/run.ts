import { Command, CommanderError } from 'commander';
import { messageOf } from '../errors.ts';
import type { CommandContext } from './command-context.ts';
import { addCallbacks } from './commands/callbacks.ts';
import { addDlq } from './commands/dlq.ts';
import { addDrop } from './commands/drop.ts';
import { addEval } from './commands/eval.ts';
import { addInit } from './commands/init.ts';
import { addLint } from './commands/lint.ts';
import { addOpenApi } from './commands/openapi.ts';
import { addPlan } from './commands/plan.ts';
import { addPrograms } from './commands/programs.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addSchedule } from './commands/schedule.ts';
import { addSchema } from './commands/schema.ts';
import { addSend } from './commands/send.ts';
import { addValidate } from './commands/validate.ts';
import { addWebhook } from './commands/webhook.ts';
import { CliError, EXIT } from './errors.ts';
import { jsonText, printable, type Terminal } from './terminal.ts';

/** Runs the `hexdag` command line and returns its exit code. Nothing is thrown; what went wrong is on standard error. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  const setExitCode = (code: number) => {
    exitCode = code;
  };
  try {
    const program = createProgram({ terminal, setExitCode });
    if (args.length === 0) {
      terminal.stderr.write(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error, args, terminal);
  }
}

function createProgram(context: CommandContext): Command {
  const { terminal, setExitCode } = context;
  const program = new Command('hexdag')
    .description('Durable pipelines for Azure Functions.')
    .option('--debug', 'tell everything about an unexpected error')
    .addHelpText('after', '\n  hexdag validate pipelines\n  hexdag plan pipelines/order-processing.yaml')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // Mistakes are told once, by `tell`.
      outputError: () => undefined,
    });
  addPrograms(program, setExitCode);
  addSend(program, context);
  addDrop(program, context);
  addRuns(program, context);
  addCallbacks(program, context);
  addDlq(program, context);
  addValidate(program, context);
  addPlan(program, context);
  addLint(program, context);
  addRun(program, context);
  addSchema(program, context);
  addOpenApi(program, context);
  addSchedule(program, context);
  addInit(program, context);
  addEval(program, context);
  addWebhook(program, context);
  return program;
}

/** The usage mistakes commander finds, in this project's codes. */
const USAGE_CODES: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'command_unknown',
  'commander.unknownOption': 'option_unknown',
  'commander.invalidArgument': 'option_value',
  'commander.optionMissingArgument': 'option_value',
  'commander.missingMandatoryOptionValue': 'option_missing',
  'commander.conflictingOption': 'option_value',
  'commander.missingArgument': 'argument_missing',
  'commander.excessArguments': 'argument_unexpected',
};

function tell(error: unknown, args: readonly string[], terminal: Terminal): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === EXIT.ok) return EXIT.ok;
    const code = USAGE_CODES[error.code];
    // `hexdag runs` alone: commander has printed the help.
    if (code === undefined) return EXIT.usage;
    const message = error.message.replace(/^error: /, '').replace('\n(', ' (');
    return tellFailure(code, printable(message), EXIT.usage, args, terminal);
  }
  if (error instanceof CliError) return tellFailure(error.code, error.message, error.exitCode, args, terminal);
  const message = messageOf(error);
  if (!args.includes('--debug')) {
    const hint = '(--debug before the command tells more)';
    return tellFailure('unexpected', `${printable(message)} ${hint}`, EXIT.bug, args, terminal);
  }
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return tellFailure('unexpected', stack.split('\n').map(printable).join('\n'), EXIT.bug, args, terminal);
}

function tellFailure(code: string, message: string, exitCode: number, args: readonly string[], { stderr }: Terminal): number {
  const json = args.some((arg, index) => arg === '--output=json' || (arg === 'json' && args[index - 1] === '--output'));
  stderr.write(json ? `${jsonText({ error: { code, message } })}\n` : `${code}: ${message}\n`);
  return exitCode;
}
