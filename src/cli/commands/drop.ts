import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { CliError } from '../errors.ts';
import { fileError } from '../files.ts';
import { printAnswer } from '../print-answer.ts';
import { printable } from '../terminal.ts';

interface DropOptions {
  readonly connection?: string;
  readonly output: OutputFormat;
}

/** The local Azure on its default port; its key is public, as that of every emulator. */
const LOCAL_STORAGE = [
  'DefaultEndpointsProtocol=http',
  'AccountName=devstoreaccount1',
  'AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  'BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;',
].join(';');

const HELP = `
DESTINATION is a container and a name; one that ends with / keeps the file's own name. A file that is there is replaced.

Without --connection and the setting DATA, it goes to the local Azure on its default port; "hexdag start" prints its connection string.

  hexdag drop sales.csv incoming/sales/`;

export function addDrop(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('drop')
    .summary('upload a file to a container, for a blob trigger')
    .description('Uploads a file to Blob storage, where a trigger may wait for it.')
    .argument('<file>', 'the file')
    .argument('<destination>', 'container/name, or container/folder/')
    .option('--connection <string>', 'connection string of the storage (default: the setting DATA, else the local Azure)')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async (file: string, destination: string, options: DropOptions) => {
      const connection = options.connection ?? (terminal.environment['DATA'] || LOCAL_STORAGE);
      const place = readDestination(destination, file);
      const bytes = sizeOf(file);
      // The SDK is most of what this command would otherwise have to load for `--help`.
      const { dropFile } = await import('../drop-file.ts');
      const etag = await dropFile(connection, file, place);
      const { container, name } = place;
      const text = `${bytes} bytes dropped at ${printable(`${container}/${name}`)}.\n`;
      printAnswer({ container, name, bytes, etag }, text, options, terminal);
    });
}

export interface Destination {
  readonly container: string;
  readonly name: string;
}

/** @throws CliError `option_value` */
function readDestination(destination: string, file: string): Destination {
  const [container = '', ...rest] = destination.split('/');
  const name = destination.endsWith('/') ? [...rest.slice(0, -1), basename(file)].join('/') : rest.join('/');
  const segments = name.split('/');
  const isPlain = segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  if (/^[a-z0-9-]{3,63}$/.test(container) && isPlain) return { container, name };
  throw new CliError(
    'option_value',
    `${printable(destination)} is no container with a name: write container/name, such as incoming/sales/a.csv.`,
  );
}

/** @throws CliError `file_not_found`, `file_unreadable` */
function sizeOf(file: string): number {
  try {
    const stats = statSync(file);
    if (stats.isFile()) return stats.size;
  } catch (error) {
    throw fileError(file, error);
  }
  throw new CliError('file_unreadable', `${printable(file)} is no file: name one.`);
}
