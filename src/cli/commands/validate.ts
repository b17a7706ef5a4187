import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { Diagnostic } from '../../pipeline/diagnostic.ts';
import { formatDiagnostic } from '../../pipeline/format-diagnostic.ts';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { fileError } from '../files.ts';
import { printable, type Terminal } from '../terminal.ts';

const YAML_FILE = /\.ya?ml$/i;
const HELP = `
Checks pipelines and triggers as the app does when it starts, and tells every problem with its place and remedy.
A folder stands for the YAML files in it.

Exit code: 0 nothing is wrong, 1 something is, 2 a file cannot be read.`;

/** The documents of a folder: those to check, and their neighbours, because a trigger names a pipeline beside it. */
interface Folder {
  readonly sources: Map<string, Uint8Array>;
  /** File name → how the user named it. */
  readonly named: Map<string, string>;
}

export function addValidate(parent: Command, { terminal, setExitCode }: CommandContext): void {
  parent
    .command('validate')
    .summary('check pipelines and triggers')
    .description('Checks pipelines and triggers.')
    .argument('<file...>', 'YAML files, or folders of them')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (paths: string[], { output }: { output: OutputFormat }) => {
      const folders = readFolders(paths);
      const findings = await Promise.all([...folders.values()].map(validateFolder));
      const diagnostics = findings.flat();
      const files = [...folders.values()].reduce((sum, folder) => sum + folder.named.size, 0);
      if (output === 'json')
        terminal.stdout.write(`${JSON.stringify({ files, diagnostics: diagnostics.map(({ diagnostic }) => diagnostic) })}\n`);
      else report(diagnostics, files, terminal);
      setExitCode(diagnostics.some(({ diagnostic }) => diagnostic.severity === 'error') ? EXIT.failed : EXIT.ok);
    });
}

/** @throws CliError `file_not_found`, `file_unreadable`, `no_files` */
function readFolders(paths: readonly string[]): ReadonlyMap<string, Folder> {
  const folders = new Map<string, Folder>();
  for (const file of paths.flatMap(filesOf)) {
    const path = dirname(file);
    const folder = folders.get(path) ?? { sources: readNeighbours(path), named: new Map() };
    folders.set(path, folder);
    folder.sources.set(basename(file), read(file));
    folder.named.set(basename(file), file);
  }
  return folders;
}

function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path).filter((name) => YAML_FILE.test(name));
    if (files.length > 0) return files.sort().map((name) => join(path, name));
  } catch (error) {
    throw fileError(path, error);
  }
  throw new CliError('no_files', `There is no YAML file in ${printable(path)}.`);
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw fileError(file, error);
  }
}

function readNeighbours(folder: string): Map<string, Uint8Array> {
  const sources = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder).filter((name) => YAML_FILE.test(name))) {
    try {
      sources.set(name, readFileSync(join(folder, name)));
    } catch {
      // Told if it is one of the files to check.
    }
  }
  return sources;
}

interface Finding {
  readonly diagnostic: Diagnostic;
  readonly source: string;
}

async function validateFolder({ sources, named }: Folder): Promise<readonly Finding[]> {
  // Loaded only here: the compiler is most of what this command would otherwise have to load for `--help`.
  const { compileLibrary } = await import('../../library.ts');
  const { nodeKinds } = await import('../../nodes/node-kinds.ts');
  const { StepRegistry } = await import('../../nodes/steps.ts');
  const { steps } = await import('../../../steps/index.ts');
  const registry = new StepRegistry(steps);
  const files = [...sources].map(([name, content]) => ({ name, content }));
  const { diagnostics } = compileLibrary(files, { kinds: nodeKinds(registry), steps: registry });
  return diagnostics.flatMap((diagnostic) => {
    const file = named.get(diagnostic.file);
    if (file === undefined) return [];
    return [{ diagnostic: { ...diagnostic, file }, source: Buffer.from(sources.get(diagnostic.file) ?? '').toString() }];
  });
}

function report(findings: readonly Finding[], files: number, { stdout }: Terminal): void {
  for (const { diagnostic, source } of findings) stdout.write(`${formatDiagnostic(diagnostic, source)}\n\n`);
  const errors = findings.filter(({ diagnostic }) => diagnostic.severity === 'error').length;
  const warnings = findings.length - errors;
  const checked = count(files, 'file');
  stdout.write(
    findings.length === 0
      ? `${checked}, nothing wrong.\n`
      : `${checked}: ${count(errors, 'error')}, ${count(warnings, 'warning')}.\n`,
  );
}

function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
