import { type Command, InvalidArgumentError, Option } from 'commander';
import { ExpressionError } from '../../expression/errors.ts';
import { parseTime } from '../../expression/time.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';
import { tellArgumentProblem } from '../argument-problem.ts';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { errorAnswer, evaluateLines } from '../evaluate-lines.ts';
import { EVALUATION_MODES, type EvaluationMode, evaluateRequest } from '../evaluate-request.ts';
import { parseJson, textOrFile } from '../json-argument.ts';

interface EvalOptions {
  readonly data: string;
  readonly mode: EvaluationMode;
  readonly now?: number;
  readonly output: OutputFormat;
}

const HELP = `
The keys of --data are the names that the expression knows; $input and input are the whole of it.

  value      what the expression gives
  predicate  whether it holds; one that cannot be evaluated does not
  template   the text with its {{ insertions }} replaced

Without an expression, or with -, every line of standard input is a request of its own, answered with one line:
  {"expr": "total > 100", "data": {"total": 120}, "mode": "predicate", "now": "2026-11-21T12:00:00Z"}
  {"value": true}    or    {"error": {"code": "name_unknown", "message": "…", "at": 0}}

An expression that begins with a minus comes after --, as in: hexdag eval -- -1

Exit code: 0 there is a value (with lines: always), 1 there is none, 2 the command line is wrong.

  hexdag eval "order.total > 100 and status == 'paid'" --data @order.json`;

export function addEval(parent: Command, context: CommandContext): void {
  const { terminal } = context;
  parent
    .command('eval')
    .summary('evaluate an expression or a template')
    .description('Evaluates an expression or a template of the pipeline language.')
    .argument('[expression]', 'what to evaluate, or - for requests on standard input')
    .option('--data <json>', 'a JSON object, or @ and the name of a file with one', '{}')
    .addOption(new Option('--mode <mode>', 'what the text is').choices(EVALUATION_MODES).default('value'))
    .addOption(new Option('--now <time>', 'what now() tells, in ISO 8601 (default: the present)').argParser(readTime))
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (expression: string | undefined, options: EvalOptions) => {
      const now = () => options.now ?? Date.now();
      if (expression !== undefined && expression !== '-') evaluateOne(expression, options, now(), context);
      else if (expression === '-' || terminal.stdin.isTTY !== true) await evaluateLines(terminal, now);
      else throw new CliError('argument_missing', "missing required argument 'expression': give one, or - and requests to read.");
    });
}

function readTime(text: string): number {
  const time = parseTime(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('Write a time in ISO 8601, such as 2026-11-21T12:00:00Z.');
  return time;
}

function evaluateOne(expr: string, { data, mode, output }: EvalOptions, now: number, context: CommandContext): void {
  const { terminal, setExitCode } = context;
  const request = { expr, data: readData(data), mode, now };
  try {
    const value = evaluateRequest(request);
    terminal.stdout.write(output === 'json' ? `{"value":${value}}\n` : `${value}\n`);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    setExitCode(EXIT.failed);
    if (output === 'json') terminal.stdout.write(`${errorAnswer(error)}\n`);
    else {
      const { code, message, offset } = error;
      tellArgumentProblem({ code, severity: 'error', message, offset }, { name: 'expression', text: expr }, terminal);
    }
  }
}

/** @throws CliError `input_not_json`, `input_not_object`, `file_not_found`, `file_unreadable` */
function readData(option: string): JsonObject {
  const value = parseJson(textOrFile(option), '--data');
  if (isJsonObject(value)) return value;
  throw new CliError('input_not_object', '--data must be an object: its keys are the names that the expression knows.');
}
