import { type Command, InvalidArgumentError } from 'commander';
import type { JsonValue } from '../../json.ts';
import type { Log } from '../../ports/log.ts';
import type { CompiledSource } from '../../testing/compile-source.ts';
import type { LocalRunsOptions } from '../../testing/local-runs.ts';
import type { PipelineFiles } from '../../testing/pipeline-files.ts';
import type { RunReport } from '../../testing/run-report.ts';
import { type CommandContext, environmentOption, type OutputFormat, outputOption } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { readTextFile } from '../files.ts';
import { printFindings } from '../findings.ts';
import type { PlannedEvent } from '../local-run/drive-run.ts';
import { printable, type Terminal } from '../terminal.ts';

const HELP = `
Runs a pipeline in this process, by the engine that runs it in Azure, and prints what became of it. Nothing is stored.
Pauses before retries take their time. A run that waits for an event ends the command, unless --deliver brings the event.

Steps are those of steps/index.ts and of the modules given: functions under the names they are exported by, and what defineStep,
defineService, defineHandler and defineAdapter gave, alone or in lists. A module's definition replaces one of the same name.

Exit code: 0 the run completed, 1 it failed, or the pipeline or its input is not valid, 2 the command line is wrong,
3 the run waits for an event.

  hexdag run pipelines/order-processing.yaml --input @order.json
  hexdag run approval.yaml --steps approval-steps.ts --input '{"id": 42}' --deliver 'approval:42={"approved": true}' --output json`;

const SUSPENDED = 3;

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
    .option('--var <name=value>', 'what ${NAME} stands for, before the environment; may be repeated', collectVariable, {})
    .option('--deliver <key=json>', 'event for the run when it waits for one of that key; may be repeated', collectEvent, [])
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (file: string, options: RunOptions) => {
      const input = await readInput(options.input, terminal);
      setExitCode(await run(file, input, options, terminal));
    });
}

async function run(file: string, input: JsonValue, options: RunOptions, terminal: Terminal): Promise<number> {
  readTextFile(file);
  // On demand: the engine is most of what the other commands would have to load.
  const [{ localLanguage, LocalRuns }, { compileSource }, { filesOf }, { RealTimers }, { invalidRun }, { RunProgress }] =
    await Promise.all([
      import('../../testing/local-runs.ts'),
      import('../../testing/compile-source.ts'),
      import('../../testing/pipeline-files.ts'),
      import('../../testing/timers.ts'),
      import('../../testing/run-report.ts'),
      import('../local-run/run-progress.ts'),
    ]);
  const language = localLanguage(await readDefinitions(options.steps));
  const files = filesOf({ file });
  const variables = { ...terminal.environment, ...options.var };
  const compiled = compileSource(files, language, { variables, environment: options.env });
  const { pipeline } = compiled;
  if (pipeline === undefined) return tellInvalid(invalidRun(compiled.diagnostics), files, options, terminal);

  printQuietly(compiled, files, terminal);
  const progress = new RunProgress(terminal);
  const settings: LocalRunsOptions = {
    variables,
    timers: new RealTimers(),
    log: logTo(terminal),
    onNode: (record) => progress.tell(record),
  };
  const runs = new LocalRuns(language, compiled.pipelines, settings);
  try {
    const startedAt = Date.now();
    const start = await runs.start(pipeline, input, 'run');
    if (start.kind === 'rejected') {
      const { code, message } = start.rejection;
      const report = invalidRun([], { type: 'InputError', code, message, retryable: false });
      return tellInvalid(report, files, options, terminal);
    }
    const { driveRun } = await import('../local-run/drive-run.ts');
    const left = await driveRun(runs, start.runId, options.deliver);
    progress.end();
    for (const { key } of left) terminal.stderr.write(`Nothing waited for an event '${printable(key)}'.\n`);
    const report = await runs.report(start.runId);
    if (options.output === 'json') writeJson(report, terminal);
    else {
      const { reportText } = await import('../local-run/report-text.ts');
      const records = await runs.records(start.runId);
      terminal.stdout.write(reportText({ plan: pipeline.plan, report, records, tookMs: Date.now() - startedAt }));
    }
    return exitCodeOf(report);
  } finally {
    await runs.close();
  }
}

/** The app's own, and those of the modules. */
async function readDefinitions(modules: readonly string[]) {
  const { addModule, GatheredDefinitions } = await import('../local-run/step-modules.ts');
  const definitions = new GatheredDefinitions();
  definitions.add(await import('../../../steps/index.ts'));
  for (const path of modules) await addModule(path, definitions);
  return definitions;
}

function exitCodeOf({ status }: RunReport): number {
  if (status === 'completed') return EXIT.ok;
  return status === 'suspended' ? SUSPENDED : EXIT.failed;
}

/** Tells why nothing was run. */
function tellInvalid(report: RunReport, files: PipelineFiles, { output }: RunOptions, terminal: Terminal): number {
  if (output === 'json') writeJson(report, terminal);
  else {
    const { diagnostics, error } = report;
    printFindings(withSource(diagnostics, files), terminal);
    if (error !== undefined) terminal.stdout.write(`${error.code}: ${printable(error.message)}\n`);
  }
  return EXIT.failed;
}

/** Warnings do not keep a pipeline from running, and do not belong among its results. */
function printQuietly({ diagnostics }: CompiledSource, files: PipelineFiles, terminal: Terminal): void {
  const doubtful = diagnostics.filter(({ severity }) => severity === 'warning');
  printFindings(withSource(doubtful, files), { ...terminal, stdout: terminal.stderr });
}

function withSource(diagnostics: RunReport['diagnostics'], { main, root, content, read }: PipelineFiles) {
  return diagnostics.map((diagnostic) => {
    const source = diagnostic.file === main ? content : read(diagnostic.file.slice(root.length + 1));
    return { diagnostic, source: source === undefined ? undefined : Buffer.from(source).toString() };
  });
}

function writeJson({ status, results, output, error, waiting, diagnostics }: RunReport, { stdout }: Terminal): void {
  const told = {
    status,
    results,
    output,
    ...(error === undefined ? {} : { error }),
    ...(waiting.length === 0 ? {} : { waiting }),
    ...(diagnostics.length === 0 ? {} : { diagnostics }),
  };
  stdout.write(`${JSON.stringify(told)}\n`);
}

/** What steps and adapters log, but for what only developers of the engine want to know. */
function logTo({ stderr }: Terminal): Log {
  return (level, message, properties = {}) => {
    if (level !== 'debug') stderr.write(`${level} ${printable(message)} ${JSON.stringify(properties)}\n`);
  };
}

async function readInput(text: string | undefined, { stdin }: Terminal): Promise<JsonValue> {
  if (text === undefined) return {};
  if (text !== '@-') return parseJson(text.startsWith('@') ? readTextFile(text.slice(1)) : text, '--input');
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return parseJson(Buffer.concat(chunks).toString(), '--input');
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

/** @throws CliError `input_not_json` */
function parseJson(text: string, option: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new CliError('input_not_json', `${option} is not JSON: ${printable(problem)}.`, { cause: error });
  }
}
