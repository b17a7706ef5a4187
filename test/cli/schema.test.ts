import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { languageSchema } from '../../src/cli/schema/language-schema.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { StepRegistry } from '../../src/nodes/steps.ts';
import { cli } from './cli.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PUBLISHED = 'schemas/hexdag-v1.schema.json';

const schema = JSON.parse(readFileSync(join(ROOT, PUBLISHED), 'utf8'));
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

/** Where the documents of a text do not fulfil the schema. */
function faults(text: string): readonly string[] {
  return parseAllDocuments(text, { customTags: [] }).flatMap((document) => {
    if (document.contents === null) return [];
    return validate(document.toJS())
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  });
}

function pipeline(node: string): string {
  return `kind: Pipeline\nmetadata: { name: a }\nspec:\n  nodes:\n    - ${node}\n`;
}

const documents = globSync('{pipelines,environments,demo/**,bench/**,test/**/pipelines}/*.yaml', { cwd: ROOT });
const blocks = globSync('{README.md,docs/**/*.md}', { cwd: ROOT }).flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```ya?ml\n(.*?)^```$/gms)]
    .map(([, text = ''], index) => ({ name: `${file}, block ${index + 1}`, text }))
    // Blocks may show a part of a document.
    .filter(({ text }) => /^kind: /m.test(text) && /^spec:/m.test(text)),
);

describe('the published JSON Schema', () => {
  it('is what the sources say; hexdag schema --output-file writes it', () => {
    const current = languageSchema(nodeKinds(new StepRegistry([])).values());

    expect(schema).toEqual(JSON.parse(JSON.stringify(current)));
  });

  it.each(documents)('accepts %s', (file) => {
    const result = faults(readFileSync(join(ROOT, file), 'utf8'));

    expect(result).toEqual([]);
  });

  it('accepts the documents of the guides', () => {
    const refused = blocks.map(({ name, text }) => ({ name, faults: faults(text) })).filter((block) => block.faults.length > 0);

    expect(refused).toEqual([]);
  });

  it.each([
    ['settings in place of spec', '{ kind: function_node, metadata: { name: a }, settings: { fn: x } }'],
    [
      'durations as numbers and texts',
      '{ kind: function_node, metadata: { name: a }, spec: { fn: x, timeout: 30, retry_delay: 1s } }',
    ],
    [
      'templates where numbers belong',
      '{ kind: function_node, metadata: { name: a }, spec: { fn: x, max_retries: "{{ spec.tries }}" } }',
    ],
    ['an included node', '{ "!include": shared.yaml#prepare }'],
    ['a dotted path of a kind', '{ kind: hexdag.builtin.nodes.FunctionNode, metadata: { name: a }, spec: { fn: x } }'],
    [
      'nodes within nodes',
      '{ kind: composite_node, metadata: { name: a }, spec: { mode: for-each, items: xs, body: [{ kind: function_node, metadata: { name: b }, spec: { fn: x } }] } }',
    ],
  ])('accepts %s', (_, node) => {
    const result = faults(pipeline(node));

    expect(result).toEqual([]);
  });

  it.each([
    ['an unknown kind of document', 'kind: Pipline\nmetadata: { name: a }\nspec: { nodes: [] }\n', '/kind'],
    ['a pipeline without nodes', 'kind: Pipeline\nmetadata: { name: a }\nspec: {}\n', '/spec'],
    ['a pipeline without a name', 'kind: Pipeline\nmetadata: {}\nspec: { nodes: [] }\n', '/metadata'],
    ['an unknown kind of node', pipeline('{ kind: funtion_node, metadata: { name: a }, spec: { fn: x } }'), '/spec/nodes/0/kind'],
    ['a node without a name', pipeline('{ kind: function_node, metadata: {}, spec: { fn: x } }'), '/spec/nodes/0/metadata'],
    [
      'a node named like nothing',
      pipeline('{ kind: function_node, metadata: { name: "a b" }, spec: { fn: x } }'),
      '/metadata/name',
    ],
    ['a step that is not named', pipeline('{ kind: function_node, metadata: { name: a }, spec: {} }'), '/spec/nodes/0/spec'],
    [
      'a misspelt key',
      pipeline('{ kind: function_node, metadata: { name: a }, spec: { fn: x, timout: 3 } }'),
      '/spec/nodes/0/spec',
    ],
    [
      'a key outside of spec',
      pipeline('{ kind: function_node, metadata: { name: a }, fn: x, spec: { fn: x } }'),
      '/spec/nodes/0',
    ],
    [
      'a wrong type',
      pipeline('{ kind: function_node, metadata: { name: a }, spec: { fn: x, max_retries: many } }'),
      '/max_retries',
    ],
    [
      'too many attempts',
      pipeline('{ kind: function_node, metadata: { name: a }, spec: { fn: x, max_retries: 1000 } }'),
      '/max_retries',
    ],
    ['a mode that does not exist', pipeline('{ kind: composite_node, metadata: { name: a }, spec: { mode: loop } }'), '/mode'],
    [
      'a mistake in a node within a node',
      pipeline(
        '{ kind: composite_node, metadata: { name: a }, spec: { mode: times, count: 2, body: [{ kind: function_node, metadata: { name: b }, spec: { fun: x } }] } }',
      ),
      '/body/0/spec',
    ],
    [
      'a port with an unknown key',
      'kind: Pipeline\nmetadata: { name: a }\nspec: { nodes: [], ports: { llm: { adaptor: x } } }\n',
      '/ports/llm',
    ],
    ['a trigger without a pipeline', 'kind: Trigger\nmetadata: { name: a }\nspec: { type: service_bus }\n', '/spec'],
    ['a trigger without a type', 'kind: Trigger\nmetadata: { name: a }\nspec: { pipeline: a }\n', '/spec'],
    ['a macro without nodes', 'kind: Macro\nmetadata: { name: a }\n', ''],
    ['an adapter without a class', 'kind: Adapter\nmetadata: { name: a }\nspec: {}\n', '/spec'],
    ['middleware without a stack', 'kind: Middleware\nmetadata: { name: a }\nspec: {}\n', '/spec'],
    ['an environment whose ports are no mapping', 'ports: [llm]\n', '/ports'],
  ])('refuses %s', (_, text, place) => {
    const result = faults(text);

    expect(result.some((fault) => fault.split(' ')[0]?.endsWith(place))).toBe(true);
  });

  it('explains every key of every kind of node', () => {
    const help = [...nodeKinds(new StepRegistry([])).keys()].flatMap((kind) => {
      const { description, properties } = schema.definitions[kind];
      const silent = Object.entries<{ description?: string }>(properties).filter(
        ([key, value]) => !value.description && key !== 'deps' && key !== 'ports',
      );
      return [...(description === undefined ? [kind] : []), ...silent.map(([key]) => `${kind}.${key}`)];
    });

    expect(help).toEqual([]);
  });
});

describe('hexdag schema', () => {
  it('prints the schema, or writes it to a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hexdag-schema-'));
    const file = join(folder, 'deep', 'schema.json');

    const printed = await cli(['schema']);
    const written = await cli(['schema', '--output-file', file]);

    const content = readFileSync(file, 'utf8');
    rmSync(folder, { recursive: true });
    expect(written.stdout).toBe(`Written to ${file}.\n`);
    expect(content).toBe(printed.stdout);
    expect(parse(content)).toEqual(schema);
  });

  it('tells that it cannot be written, and why', async () => {
    const written = await cli(['schema', '--output-file', '/dev/full']);

    expect(written).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^file_unreadable: .+ cannot be written: ENOSPC/),
    });
  });
});
