import type { Command } from 'commander';
import { type CommandContext, environmentOption } from '../command-context.ts';
import { compileFolders } from '../compile-folders.ts';
import { readFolders } from '../document-folders.ts';
import { CliError, EXIT } from '../errors.ts';
import { printOrWrite } from '../files.ts';
import { errorsAmong, printFindings } from '../findings.ts';
import { jsonText } from '../terminal.ts';

const HELP = `
The document describes the app's HTTP API, and what each of these pipelines takes and gives: for generators of clients, and for tools
that show an API. A running app serves the same as GET /api/openapi.json.

  hexdag openapi --output-file openapi.json
  hexdag openapi pipelines/order-processing.yaml --env prod`;

interface OpenApiOptions {
  readonly env?: string;
  readonly outputFile?: string;
}

export function addOpenApi(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('openapi')
    .summary('print the OpenAPI document of the app')
    .description('Prints the OpenAPI 3.1 document of the HTTP API of an app with these pipelines.')
    .argument('[file...]', 'YAML files with pipelines, or folders of them (default: pipelines)')
    .addOption(environmentOption())
    .option('--output-file <file>', 'write it there instead')
    .addHelpText('after', HELP)
    .action(async (files: string[], { env, outputFile }: OpenApiOptions) => {
      const { openApiDocument } = await import('../../api/openapi/document.ts');
      const named = readFolders(files.length === 0 ? ['pipelines'] : files);
      const { folders } = await compileFolders(named, { env, variables: terminal.environment });
      const broken = errorsAmong(folders.flatMap(({ findings }) => findings));
      if (broken.length > 0) {
        printFindings(broken, { ...terminal, stdout: terminal.stderr });
        const message = 'A document of a part of the pipelines would mislead: correct them, or name those that are to be in it.';
        throw new CliError('documents_invalid', message, { exitCode: EXIT.failed });
      }
      const text = `${jsonText(openApiDocument(folders.flatMap(({ pipelines }) => pipelines)), 2)}\n`;
      printOrWrite(text, outputFile, terminal);
    });
}
