import { posix } from 'node:path';
import * as appDefinitions from '../../../steps/index.ts';
import type { JsonValue } from '../../json.ts';
import type { Log } from '../../ports/log.ts';
import { compileSource } from '../../testing/compile-source.ts';
import { LocalRuns, localLanguage } from '../../testing/local-runs.ts';
import { filesOf, type PipelineFiles } from '../../testing/pipeline-files.ts';
import { invalidRun, type RunReport } from '../../testing/run-report.ts';
import { RealTimers } from '../../testing/timers.ts';
import type { StartablePipeline } from '../../triggers/trigger.ts';
import type { OutputFormat } from '../command-context.ts';
import { EXIT } from '../errors.ts';
import { printFindings } from '../findings.ts';
import { jsonText, printable, type Terminal } from '../terminal.ts';
import { driveRun, type PlannedEvent } from './drive-run.ts';
import { reportText } from './report-text.ts';
import { RunProgress } from './run-progress.ts';
import { addModule, GatheredDefinitions } from './step-modules.ts';

export interface LocalRunRequest {
  readonly file: string;
  readonly input: JsonValue;
  /** Modules with definitions besides those of the app. */
  readonly steps: readonly string[];
  readonly env?: string;
  /** Variables that come before the environment's. */
  readonly var: Readonly<Record<string, string>>;
  readonly deliver: readonly PlannedEvent[];
  readonly output: OutputFormat;
}

/** The run waits for an event: neither a success nor a failure yet. */
const SUSPENDED = 3;

/** Runs a pipeline in this process, tells what became of it, and returns the exit code. @throws CliError */
export async function runLocally(request: LocalRunRequest, terminal: Terminal): Promise<number> {
  const language = localLanguage(await gatherDefinitions(request.steps));
  const files = filesOf({ file: request.file });
  const variables = { ...terminal.environment, ...request.var };
  const { pipeline, pipelines, diagnostics } = compileSource(files, language, { variables, environment: request.env });
  if (pipeline === undefined) return tellInvalid(invalidRun(diagnostics), files, request, terminal);

  // Warnings do not keep a pipeline from running, and do not belong among its results.
  const doubts = diagnostics.filter(({ severity }) => severity === 'warning');
  printFindings(withSources(doubts, files), { ...terminal, stdout: terminal.stderr });
  const progress = new RunProgress(terminal);
  const onNode = progress.tell.bind(progress);
  const runs = new LocalRuns(language, pipelines, { variables, timers: new RealTimers(), log: logTo(terminal), onNode });
  try {
    const startedAt = Date.now();
    const start = await runs.start(pipeline, request.input, 'run');
    if (start.kind === 'rejected') {
      const { code, message } = start.rejection;
      return tellInvalid(invalidRun([], { type: 'InputError', code, message, retryable: false }), files, request, terminal);
    }
    const left = await Promise.race([driveRun(runs, start.runId, request.deliver), interruption(terminal)]);
    progress.end();
    if (left === 'interrupted') {
      await runs.cancel(start.runId, 'Stopped with Ctrl-C.');
      terminal.stderr.write('Stopped. A node that was at work may have done its part; of the run nothing is kept.\n');
      await tellEnd({ runs, runId: start.runId, pipeline, startedAt }, request, terminal);
      return EXIT.interrupted;
    }
    for (const { key } of left) terminal.stderr.write(`Nothing waited for an event '${printable(key)}'.\n`);
    return await tellEnd({ runs, runId: start.runId, pipeline, startedAt }, request, terminal);
  } finally {
    await runs.close();
  }
}

function interruption({ onInterrupt }: Terminal): Promise<'interrupted'> {
  return new Promise((resolve) => onInterrupt?.(() => resolve('interrupted')));
}

/** The app's own, and those of the modules. */
async function gatherDefinitions(modules: readonly string[]): Promise<GatheredDefinitions> {
  const definitions = new GatheredDefinitions();
  definitions.add(appDefinitions);
  for (const path of modules) await addModule(path, definitions);
  return definitions;
}

interface DrivenRun {
  readonly runs: LocalRuns;
  readonly runId: string;
  readonly pipeline: StartablePipeline;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** Tells how a run stands that was driven as far as it goes. */
async function tellEnd({ runs, runId, pipeline, startedAt }: DrivenRun, { output }: LocalRunRequest, terminal: Terminal) {
  const report = await runs.report(runId);
  if (output === 'json') writeJson(report, terminal);
  else {
    const records = await runs.records(runId);
    terminal.stdout.write(reportText({ plan: pipeline.plan, report, records, tookMs: Date.now() - startedAt }));
  }
  if (report.status === 'completed') return EXIT.ok;
  return report.status === 'suspended' ? SUSPENDED : EXIT.failed;
}

/** Tells why nothing was run. */
function tellInvalid(report: RunReport, files: PipelineFiles, { output }: LocalRunRequest, terminal: Terminal): number {
  if (output === 'json') writeJson(report, terminal);
  else {
    const { diagnostics, error } = report;
    printFindings(withSources(diagnostics, files), terminal);
    if (error !== undefined) terminal.stdout.write(`${error.code}: ${printable(error.message)}\n`);
  }
  return EXIT.failed;
}

function withSources(diagnostics: RunReport['diagnostics'], { main, root, content, read }: PipelineFiles) {
  return diagnostics.map((diagnostic) => {
    const source = diagnostic.file === main ? content : read(posix.relative(root, diagnostic.file));
    return { diagnostic, source: source === undefined ? undefined : Buffer.from(source).toString() };
  });
}

/** What does not apply is left out. */
function writeJson({ status, results, output, error, waiting, diagnostics }: RunReport, { stdout }: Terminal): void {
  const told = {
    status,
    results,
    output,
    ...(error === undefined ? {} : { error }),
    ...(waiting.length === 0 ? {} : { waiting }),
    ...(diagnostics.length === 0 ? {} : { diagnostics }),
  };
  stdout.write(`${jsonText(told)}\n`);
}

/** What steps and adapters log, but for what only developers of the engine want to know. */
function logTo({ stderr }: Terminal): Log {
  return (level, message, properties = {}) => {
    if (level !== 'debug') stderr.write(`${level} ${printable(message)} ${jsonText(properties)}\n`);
  };
}
