import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { printOrWrite } from '../files.ts';
import { loadLanguage } from '../language.ts';
import { jsonText } from '../terminal.ts';

const HELP = `
Editors with a YAML language server complete, explain and check documents with it. Say it in the first line of a document:

  # yaml-language-server: $schema=../schemas/hexdag-v1.schema.json

The steps and kinds of nodes are those of this project.

  hexdag schema --output-file schemas/hexdag-v1.schema.json`;

export function addSchema(parent: Command, { terminal }: CommandContext): void {
  parent
    .command('schema')
    .summary('print the JSON Schema of the documents')
    .description('Prints the JSON Schema of pipelines, triggers and the other documents.')
    .option('--output-file <file>', 'write it there instead')
    .addHelpText('after', HELP)
    .action(async ({ outputFile }: { outputFile?: string }) => {
      const { languageSchema } = await import('../schema/language-schema.ts');
      const { kinds } = await loadLanguage();
      const text = `${jsonText(languageSchema(kinds.values()), 2)}\n`;
      printOrWrite(text, outputFile, terminal);
    });
}
