import { basename, dirname } from 'node:path';
import { type Command, Option } from 'commander';
import { type CommandContext, environmentOption, type OutputFormat, outputOption } from '../command-context.ts';
import { compileFolders } from '../compile-folders.ts';
import { readFolders } from '../document-folders.ts';
import { CliError, EXIT } from '../errors.ts';
import { errorsAmong, printFindings } from '../findings.ts';
import { jsonText, printable } from '../terminal.ts';

const HELP = `
Shows what a run of the pipeline will do: its nodes by level, what each waits for, what runs in the orchestrator, what in an
activity, which nodes share one, and what a run costs at least.

Exit code: 0, or 1 if the pipeline has errors (they are told instead), 2 if the file cannot be read.

  hexdag plan pipelines/order-processing.yaml
  hexdag plan pipelines/order-processing.yaml --format mermaid > plan.mmd`;

interface PlanOptions {
  readonly env?: string;
  readonly format?: 'text' | 'mermaid' | 'json';
  readonly output: OutputFormat;
}

export function addPlan(parent: Command, { terminal, setExitCode }: CommandContext): void {
  parent
    .command('plan')
    .summary('show what a pipeline will do, where and why')
    .description('Shows what a pipeline will do, where and why.')
    .argument('<file>', 'file with a pipeline')
    .addOption(environmentOption())
    .addOption(new Option('--format <format>', 'how to show the graph (default: text)').choices(['text', 'mermaid', 'json']))
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (file: string, { env, output, format = output }: PlanOptions) => {
      const { folders, language } = await compileFolders(readFolders([file]), { env, variables: terminal.environment });
      const pipeline = folders.flatMap(({ pipelines }) => pipelines)[0];
      if (pipeline === undefined) {
        const errors = errorsAmong(folders.flatMap(({ findings }) => findings));
        if (errors.length === 0) {
          const message = `${printable(basename(file))} in ${printable(dirname(file))} holds no pipeline.`;
          throw new CliError('pipeline_missing', `${message} Name a file with a 'kind: Pipeline' document.`);
        }
        if (format === 'json')
          terminal.stdout.write(`${jsonText({ diagnostics: errors.map(({ diagnostic }) => diagnostic) })}\n`);
        else printFindings(errors, { ...terminal, stdout: terminal.stderr });
        setExitCode(EXIT.failed);
        return;
      }
      const { viewPlan } = await import('../plan/plan-view.ts');
      const view = viewPlan(pipeline.plan, language.kinds);
      if (format === 'json') terminal.stdout.write(`${jsonText(view)}\n`);
      else if (format === 'mermaid') terminal.stdout.write((await import('../plan/plan-mermaid.ts')).planMermaid(view));
      else terminal.stdout.write((await import('../plan/plan-text.ts')).planText(view));
    });
}
