import type { Command } from 'commander';
import { type CommandContext, environmentOption, type OutputFormat, outputOption } from '../command-context.ts';
import { compileFolders } from '../compile-folders.ts';
import { readFolders } from '../document-folders.ts';
import { errorsAmong, findingsIn, reportFindings } from '../findings.ts';

const HELP = `
Finds what is valid and yet doubtful: nodes nobody uses, branches that cannot be reached, secrets in the text, requests that may be
made twice, loops and waits without a bound, models without timeout. docs/diagnostics.md says why of each.
Errors of the documents themselves are told too, because what does not compile cannot be looked at whole.

A comment leaves a line alone:   when: "true" # hexdag-lint-disable-line condition_constant

Exit code: 0 no error, 1 errors (with --strict also warnings), 2 a file cannot be read or the command line is wrong.

  hexdag lint pipelines --strict`;

interface LintOptions {
  readonly env?: string;
  readonly strict?: boolean;
  readonly output: OutputFormat;
}

export function addLint(parent: Command, { terminal, setExitCode }: CommandContext): void {
  parent
    .command('lint')
    .summary('find what is valid and yet doubtful')
    .description('Finds what is valid in pipelines and yet doubtful.')
    .argument('<file...>', 'YAML files, or folders of them')
    .addOption(environmentOption())
    .option('--strict', 'fail on warnings too')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (paths: string[], { env, strict, output }: LintOptions) => {
      const { folders, language, files } = await compileFolders(readFolders(paths), { env, variables: terminal.environment });
      const { lint } = await import('../../lint/lint.ts');
      const findings = folders.flatMap(({ folder, findings: found, pipelines, documents }) => {
        const doubts = [...folder.named].flatMap((name) => {
          const plan = pipelines.find((pipeline) => pipeline.file === name)?.plan;
          return lint({ file: name, text: folder.textOf(name) ?? '', plan, documents: documents.get(name) }, language.kinds);
        });
        return [...errorsAmong(found), ...findingsIn(folder, doubts)];
      });
      setExitCode(reportFindings(findings, { files, output, strict }, terminal));
    });
}
