import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { writeTextFile } from '../files.ts';
import { addQueue } from '../init/add-queue.ts';
import { importLine, registerStep } from '../init/register-step.ts';
import { EXAMPLE_INPUT, type NewFile, type NewPipeline, newFiles } from '../init/templates.ts';
import { printable } from '../terminal.ts';

const NAME = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;
const MAX_NAME = 60;

const HELP = `
Writes a pipeline, a trigger, a step and a test that run as they are, registers the step in steps/index.ts and adds the trigger's
queue to the local Azure. Nothing that exists is overwritten.

  hexdag init order-intake`;

export function addInit(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('init')
    .summary('start a new pipeline from a template')
    .description('Starts a new pipeline with a trigger, a step and a test.')
    .argument('[name]', 'name of the pipeline', 'hello')
    .option('--directory <folder>', 'folder of the project', '.')
    .addHelpText('after', HELP)
    .action((name: string, { directory }: { directory: string }) => {
      const pipeline = named(name);
      const files = newFiles(pipeline);
      refuseOverwriting(pipeline, files, directory);
      for (const { path, content } of files) writeTextFile(join(directory, path), content);
      terminal.stdout.write(report(pipeline, files, [registration(pipeline, directory), queue(pipeline, directory)]));
    });
}

function named(name: string): NewPipeline {
  if (!NAME.test(name) || name.length > MAX_NAME) {
    const message = `'${printable(name)}' cannot name a pipeline: write small letters and digits, with - between words, ${MAX_NAME} at most.`;
    throw new CliError('name_invalid', message);
  }
  const camel = name.replace(/[-_](.)/g, (_, letter: string) => letter.toUpperCase());
  return { name, step: name.replaceAll('-', '_'), constant: `${camel}Step` };
}

/** @throws CliError `file_exists`, `step_exists` */
function refuseOverwriting({ step }: NewPipeline, files: readonly NewFile[], directory: string): void {
  const existing = files.map(({ path }) => path).filter((path) => existsSync(join(directory, path)));
  if (existing.length > 0) {
    const message = `There is ${existing.map(printable).join(', ')} already, and nothing was written: choose another name.`;
    throw new CliError('file_exists', message, { exitCode: EXIT.failed });
  }
  const folder = join(directory, 'steps');
  const definition = new RegExp(`defineStep\\(\\s*['"\`]${step}['"\`]`);
  const modules = existsSync(folder) ? readdirSync(folder).filter((name) => /\.[cm]?[jt]s$/.test(name)) : [];
  const other = modules.find((module) => definition.test(readFileSync(join(folder, module), 'utf8')));
  if (other === undefined) return;
  const message = `steps/${printable(other)} defines a step '${step}' already, and nothing was written: choose another name.`;
  throw new CliError('step_exists', message, { exitCode: EXIT.failed });
}

/** Registers the step, and says that, or what is left to do by hand. */
function registration({ name, constant }: NewPipeline, directory: string): string {
  const path = join(directory, 'steps', 'index.ts');
  const module = `./${name}.ts`;
  const changed = existsSync(path) ? registerStep(readFileSync(path, 'utf8'), constant, module) : undefined;
  if (changed === undefined) {
    return `Add to steps/index.ts, and ${constant} to its list:\n  ${importLine(constant, module)}`;
  }
  writeTextFile(path, changed);
  return `Registered ${constant} in steps/index.ts.`;
}

function queue({ name }: NewPipeline, directory: string): string {
  const path = join(directory, 'local', 'service-bus.json');
  const changed = existsSync(path) ? addQueue(readFileSync(path, 'utf8'), name) : undefined;
  if (changed === undefined) return `Add a queue '${name}' to the local Service Bus (local/service-bus.json).`;
  writeTextFile(path, changed);
  return `Added the queue '${name}' to local/service-bus.json.`;
}

function report({ name }: NewPipeline, files: readonly NewFile[], notes: readonly string[]): string {
  const width = Math.max(...files.map(({ path }) => path.length));
  return `Written:
${files.map(({ path, what }) => `  ${path.padEnd(width)}  ${what}`).join('\n')}
${notes.join('\n')}

Next:
  npm run -s hexdag -- validate pipelines/${name}.yaml pipelines/${name}.trigger.yaml
  npm run -s hexdag -- run pipelines/${name}.yaml --input '${EXAMPLE_INPUT}'
  npx vitest run test/pipelines/${name}.test.ts
With the local Azure (npm run -s hexdag -- start):
  echo '${EXAMPLE_INPUT}' | npm run -s hexdag -- send ${name} -
`;
}
