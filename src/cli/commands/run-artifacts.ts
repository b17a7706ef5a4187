import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type ApiOptions, callApp, withApiOptions } from '../app-client.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { fileError } from '../files.ts';
import { printAnswer } from '../print-answer.ts';
import { formatTable, printable, type Terminal } from '../terminal.ts';

interface ArtifactOptions extends ApiOptions {
  readonly outputFile?: string;
  readonly link?: true;
}

const HELP = `
Without a name it lists the files; with one, it gets that file, or an address that opens it for five minutes for whoever has it.

  hexdag runs artifacts 5f1c…
  hexdag runs artifacts 5f1c… 5f1c…/pack/packing-slip.txt --output-file slip.txt
  hexdag runs artifacts 5f1c… 5f1c…/pack/packing-slip.txt --link`;

export function addArtifacts(runs: Command, { terminal }: CommandContext): void {
  withApiOptions(runs.command('artifacts').summary('list the files that a run has left behind, or get one'))
    .argument('<id>', 'run id')
    .argument('[name]', 'whole name of a file, as the list has it')
    .option('--output-file <file>', 'where to write that file')
    .addOption(new Option('--link', 'print an address that opens that file for a short time').conflicts('outputFile'))
    .addHelpText('after', HELP)
    .action(async (id: string, name: string | undefined, options: ArtifactOptions) => {
      if (name === undefined && options.link) throw new CliError('argument_missing', 'Name the file that the link is to open.');
      if (name === undefined) return list(id, options, terminal);
      return options.link ? link(id, name, options, terminal) : download(id, name, options, terminal);
    });
}

async function list(id: string, options: ArtifactOptions, terminal: Terminal): Promise<void> {
  const artifacts = await callApp(options, terminal, (client) => client.listArtifacts(id));
  const rows = artifacts.map((artifact) => [artifact.name, artifact.contentType, artifact.bytes]);
  const table = rows.length === 0 ? 'No artifacts.\n' : formatTable(['NAME', 'TYPE', 'BYTES'], rows);
  printAnswer({ artifacts }, table, options, terminal);
}

async function link(id: string, name: string, options: ArtifactOptions, terminal: Terminal): Promise<void> {
  const given = await callApp(options, terminal, (client) => client.linkArtifact(id, name));
  printAnswer(given, `${printable(given.url)}\n`, options, terminal);
}

async function download(id: string, name: string, options: ArtifactOptions, terminal: Terminal): Promise<void> {
  const { outputFile } = options;
  if (outputFile === undefined) {
    throw new CliError('option_missing', 'Say with --output-file where to write the file, or ask with --link for its address.');
  }
  const { content, contentType } = await callApp(options, terminal, (client) => client.getArtifact(id, name));
  await write(content, outputFile);
  printAnswer({ file: outputFile, contentType }, `Written to ${printable(outputFile)}.\n`, options, terminal);
}

async function write(content: ReadableStream<Uint8Array>, file: string): Promise<void> {
  try {
    await pipeline(Readable.from(content), createWriteStream(file));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw fileError(file, error, 'written');
    const message = 'The connection ended before the file was whole; what there is of it is no good.';
    throw new CliError('app_unreachable', message, { exitCode: EXIT.failed, cause: error });
  }
}
