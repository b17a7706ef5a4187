import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { type ApiOptions, callApp, withApiOptions } from '../app-client.ts';
import type { CommandContext } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { fileError } from '../files.ts';
import { printAnswer } from '../print-answer.ts';
import { formatTable, printable } from '../terminal.ts';

interface ArtifactOptions extends ApiOptions {
  readonly outputFile?: string;
}

const HELP = `
Without a name it lists the files; with one, it gets that file.

  hexdag runs artifacts 5f1c…
  hexdag runs artifacts 5f1c… 5f1c…/pack/packing-slip.txt --output-file slip.txt`;

export function addArtifacts(runs: Command, { terminal }: CommandContext): void {
  withApiOptions(runs.command('artifacts').summary('list the files that a run has left behind, or get one'))
    .argument('<id>', 'run id')
    .argument('[name]', 'whole name of a file, as the list has it')
    .option('--output-file <file>', 'where to write that file')
    .addHelpText('after', HELP)
    .action(async (id: string, name: string | undefined, options: ArtifactOptions) => {
      const { outputFile } = options;
      if (name === undefined) {
        const artifacts = await callApp(options, terminal, (client) => client.listArtifacts(id));
        const rows = artifacts.map((artifact) => [artifact.name, artifact.contentType, artifact.bytes]);
        const table = rows.length === 0 ? 'No artifacts.\n' : formatTable(['NAME', 'TYPE', 'BYTES'], rows);
        return printAnswer({ artifacts }, table, options, terminal);
      }
      if (outputFile === undefined) throw new CliError('option_missing', 'Say with --output-file where to write the file.');
      const { content, contentType } = await callApp(options, terminal, (client) => client.getArtifact(id, name));
      await write(content, outputFile);
      printAnswer({ file: outputFile, contentType }, `Written to ${printable(outputFile)}.\n`, options, terminal);
    });
}

async function write(content: ReadableStream<Uint8Array>, file: string): Promise<void> {
  try {
    await pipeline(Readable.from(content), createWriteStream(file));
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw fileError(file, error, 'written');
    const message = 'The connection to the app ended before the file was whole; what there is of it is no good.';
    throw new CliError('app_unreachable', message, { exitCode: EXIT.failed, cause: error });
  }
}
