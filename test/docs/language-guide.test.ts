import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtinAdapters } from '../../src/adapters/builtin-adapters.ts';
import { FILTERS } from '../../src/expression/filters.ts';
import { FUNCTION_NAMES } from '../../src/expression/functions.ts';
import { METHOD_NAMES } from '../../src/expression/methods.ts';
import { BUILTIN_STEPS } from '../../src/nodes/builtin-steps.ts';
import { MiddlewareRegistry } from '../../src/nodes/middleware.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { StepRegistry } from '../../src/nodes/steps.ts';
import { commonSpecSchema } from '../../src/pipeline/document-schema.ts';
import { orchestratorSchema, SPEC_KEYS } from '../../src/pipeline/head-schema.ts';
import { BUILT_IN_TYPES } from '../../src/pipeline/type-catalog.ts';
import { EVALUATIONS, evaluatedLines } from './expression-lines.ts';
import { type Example, type Page, ROOT, readGuide } from './guide.ts';
import { codesOf, compileExample, diagnosticText, json, listed, runExample } from './run-example.ts';
import { compileTrigger, startedBy } from './trigger-example.ts';

const guide = readGuide();
const examples = guide.flatMap((page) => page.examples);
const blocks = guide.flatMap((page) => page.blocks);

function withRole(...roles: readonly string[]) {
  return examples
    .filter(({ block }) => roles.includes(block.role))
    .map((example) => ({ place: `${example.block.page}:${example.block.line}`, example }));
}

describe('the language guide', () => {
  it('leaves no block of YAML and no data of an example unchecked', () => {
    const yamlRoles = ['pipeline', 'fragment', 'trigger', 'invalid', 'file'];
    const dataRoles = ['input', 'deliver', 'output', 'results', 'error', 'waiting', 'message', 'started'];

    const unchecked = [
      ...blocks.filter(({ language, role }) => /^ya?ml$/.test(language) && !yamlRoles.includes(role)),
      ...blocks.filter(({ language, role }) => language === 'json' && !dataRoles.includes(role) && role !== ''),
      ...examples.filter(({ block, data }) => block.role === 'invalid' && data.some(({ language }) => language === 'json')),
    ];

    expect(unchecked).toEqual([]);
  });

  it.each(withRole('pipeline', 'fragment'))('$place is valid', ({ example }) => {
    const { diagnostics } = compileExample(example, example.data[0]);

    expect(codesOf(diagnostics)).toEqual(listed(example.block.attributes['warns']));
  });

  it.each(withRole('pipeline', 'fragment'))('$place runs as the page says', async ({ example }) => {
    const running = runExample(example);

    await expect(running).resolves.toBeUndefined();
  });

  it.each(withRole('invalid'))('$place is refused with the codes it names', ({ example }) => {
    const test = compileExample(example);

    const told = codesOf(test.diagnostics);

    expect(told).toEqual(listed(example.block.attributes['codes']));
    expect(test.plan).toBeUndefined();
  });

  it.each(examples.flatMap(diagnosticBlocks))('$place is told as the page shows', ({ example, text }) => {
    const told = diagnosticText(example);

    expect(told).toBe(text);
  });

  it.each(withRole('trigger'))('$place is a trigger that does what the page says', async ({ example }) => {
    const { triggers, diagnostics } = compileTrigger(example.block.text);
    const [compiled] = triggers;
    const messages = example.data.filter(({ role }) => role === 'message').map(json);
    const wanted = example.data.filter(({ role }) => role === 'started').map(json);

    const started = await Promise.all(
      compiled === undefined ? [] : messages.map((message) => startedBy(compiled.trigger, message)),
    );

    expect(codesOf(diagnostics)).toEqual(listed(example.block.attributes['warns']));
    expect(compiled).toBeDefined();
    expect(started).toEqual(wanted);
  });

  it.each(
    guide
      .flatMap(({ blocks: own }) => own.filter(({ role }) => role === 'file'))
      .map((file) => ({ place: `${file.page}:${file.line}`, file })),
  )('$place is a file that an example needs', ({ file }) => {
    const path = file.attributes['path'] ?? '';
    const users = examples.filter(({ files }) => files[path] === file.text);

    const changed = users.filter((example) => {
      const { [path]: _, ...files } = example.files;
      return outcome(example) !== outcome({ ...example, files });
    });

    expect(changed).not.toEqual([]);
  });

  it.each(
    blocks
      .filter(({ role }) => Object.hasOwn(EVALUATIONS, role))
      .map((block) => ({ place: `${block.page}:${block.line}`, block })),
  )('$place evaluates as the page says', ({ block }) => {
    const lines = evaluatedLines(block);

    expect(lines.map(({ text, found }) => `${text} → ${found}`)).toEqual(
      lines.map(({ text, expected }) => `${text} → ${expected}`),
    );
  });

  it('links only to pages and headings that there are', () => {
    const links = guide.flatMap(linksOf);

    const broken = links.filter(({ page, anchor }) => !existsSync(page) || (anchor !== '' && !headingsOf(page).includes(anchor)));

    expect(links.length).toBeGreaterThan(0);
    expect(broken).toEqual([]);
  });

  it('shows steps as the tests run them', () => {
    const code = readFileSync(join(import.meta.dirname, 'steps.ts'), 'utf8');

    const others = blocks.filter(
      ({ language, role, text }) => language === 'ts' && role === 'steps' && !code.includes(text.trim()),
    );

    expect(others).toEqual([]);
  });
});

describe('the language guide tells of', () => {
  const kinds = [...nodeKinds(new StepRegistry([])).values()];
  const words: Readonly<Record<string, Iterable<string>>> = {
    'every kind of node': kinds.map(({ kind }) => kind),
    'every key of every kind': kinds.flatMap(({ schema }) => Object.keys(schema.shape)),
    'every common key of a node': Object.keys(commonSpecSchema.shape),
    'every key of a pipeline': [...SPEC_KEYS, 'environments'],
    'every setting of the orchestrator': Object.keys(orchestratorSchema.shape),
    'every function': FUNCTION_NAMES,
    'every method': METHOD_NAMES,
    'every filter': FILTERS.keys(),
    'every type': BUILT_IN_TYPES.keys(),
    'every built-in step': BUILTIN_STEPS.keys(),
    'every built-in adapter': builtinAdapters.map(({ name }) => name),
    'every middleware': new MiddlewareRegistry().names(),
  };
  const code = guide
    .filter(({ name }) => name !== 'docs/diagnostics.md')
    .flatMap(({ text }) => text.match(/`[^`\n]+`|```[\s\S]*?```/g) ?? [])
    .join('\n');
  const told = new Set((code.match(/[\w.-]+/g) ?? []).flatMap((word) => [word, ...word.split('.')]));

  it.each(Object.keys(words))('%s', (what) => {
    const missing = [...new Set(words[what])].filter((word) => !told.has(word));

    expect(missing).toEqual([]);
  });
});

/** Links of a page to files of this project, with their paths made whole. */
function linksOf({ name, text }: Page) {
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  return targets.map(([, path = '', anchor = '']) => ({
    from: name,
    page: path === '' ? join(ROOT, name) : join(ROOT, dirname(name), path),
    anchor,
  }));
}

/** The anchors of a page's headings, as they are made on GitHub. */
function headingsOf(file: string): readonly string[] {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function diagnosticBlocks(example: Example) {
  return example.data
    .filter(({ role }) => role === 'diagnostic')
    .map(({ page, line, text }) => ({ place: `${page}:${line}`, example, text }));
}

function outcome(example: Example): string {
  const { plan, diagnostics } = compileExample(example, example.data[0]);
  return JSON.stringify([plan, codesOf(diagnostics)]);
}
