import type { Command } from 'commander';
import { triggersOf } from '../../triggers/trigger.ts';
import { type CommandContext, environmentOption, type OutputFormat, outputOption } from '../command-context.ts';
import { compileFolders } from '../compile-folders.ts';
import { readFolders } from '../document-folders.ts';
import { reportFindings } from '../findings.ts';
import { nextTimesText } from '../schedule-text.ts';
import { DEFAULT_COUNT } from './schedule-options.ts';

const HELP = `
Checks pipelines and triggers as the app does when it starts, and tells every problem with its place and remedy.
A folder stands for the YAML files in it. What included files have wrong is told in their place.
Of timer triggers, the next times are listed.

Exit code: 0 nothing is wrong, 1 something is, 2 a file cannot be read or the command line is wrong.
Warnings are told and do not fail, unless --strict is given.

  hexdag validate pipelines
  hexdag validate pipelines/order-processing.yaml --env staging --output json`;

interface ValidateOptions {
  readonly env?: string;
  readonly strict?: boolean;
  readonly output: OutputFormat;
}

export function addValidate(parent: Command, { terminal, setExitCode }: CommandContext): void {
  parent
    .command('validate')
    .summary('check pipelines and triggers')
    .description('Checks pipelines and triggers.')
    .argument('<file...>', 'YAML files, or folders of them')
    .addOption(environmentOption())
    .option('--strict', 'fail on warnings too')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (paths: string[], { env, strict, output }: ValidateOptions) => {
      const { folders, files } = await compileFolders(readFolders(paths), { env, variables: terminal.environment });
      const findings = folders.flatMap((folder) => folder.findings);
      if (output === 'text') {
        const timers = folders.flatMap(({ triggers }) => triggersOf(triggers, 'timer'));
        terminal.stdout.write(nextTimesText(timers, { from: Date.now(), count: DEFAULT_COUNT }));
      }
      setExitCode(reportFindings(findings, { files, output, strict }, terminal));
    });
}
