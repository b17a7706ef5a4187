import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, blocksIn } from './markdown-blocks.ts';

/** A document of the guide, with the files that stand before it on its page and the data that follows it. */
export interface Example {
  readonly block: Block;
  readonly files: Readonly<Record<string, string>>;
  readonly data: readonly Block[];
}

export interface Page {
  readonly name: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly examples: readonly Example[];
}

/** The folder of the project. */
export const ROOT = join(import.meta.dirname, '../..');

/** The README and all pages of `docs/`, in folders too. */
export function readGuide(): readonly Page[] {
  const names = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return ['README.md', ...names.sort().map((name) => `docs/${name}`)].map((name) => {
    const text = readFileSync(join(ROOT, name), 'utf8');
    const blocks = blocksIn(name, text);
    return { name, text, blocks, examples: examplesOf(blocks) };
  });
}

/** JSON without a document before it belongs to none, and is not in any example. */
function examplesOf(blocks: readonly Block[]): readonly Example[] {
  const examples: { block: Block; files: Record<string, string>; data: Block[] }[] = [];
  const files: Record<string, string> = {};
  for (const block of blocks) {
    const path = block.attributes['path'];
    if (block.language === 'yaml' && block.role === 'file' && path !== undefined) files[path] = block.text;
    else if (block.language === 'yaml') examples.push({ block, files: { ...files }, data: [] });
    else if (block.language === 'json' || block.role === 'diagnostic') examples.at(-1)?.data.push(block);
  }
  return examples;
}

const HEAD = 'apiVersion: hexdag/v1\nkind: Pipeline\nmetadata: {name: example}\nspec:\n';
const NO_NODES = '  nodes: [{kind: data_node, metadata: {name: nothing}, spec: {output: {}}}]\n';

/** The whole document: a list of nodes, or keys of `spec`, is put into a pipeline. `given` names nodes that stand before it. */
export function wholeDocument({ text, attributes }: Block): string {
  if (/^kind:/m.test(text)) return text;
  const given = (attributes['given'] ?? '').split(',').filter((name) => name !== '');
  const before = given.map(
    (name) => `    - {kind: data_node, metadata: {name: ${name}}, spec: {output: {}}, dependencies: []}\n`,
  );
  if (/^(?:#.*\n|\s*\n)*-/.test(text)) return `${HEAD}  nodes:\n${before.join('')}${indented(text, 4)}`;
  return `${HEAD}${indented(text, 2)}${/^nodes:/m.test(text) ? '' : NO_NODES}`;
}

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by));
}
