import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { catalog } from './catalog.ts';
import { compileFiles, pipeline, places } from './files.ts';

const STEP = (name: string, fn = 'const') => `{kind: function_node, metadata: {name: ${name}}, spec: {fn: ${fn}}}`;

function nodesOf(files: Readonly<Record<string, string>>) {
  const { plan, diagnostics } = compileFiles(files);
  return { names: plan?.nodes.map(({ name }) => name), diagnostics: places(diagnostics) };
}

describe('an include', () => {
  it.each([
    ['as a quoted key', '"!include": shared/steps.yaml#more'],
    ['as a tag', '!include shared/steps.yaml#more'],
    ['as a tag with a colon', '!include: shared/steps.yaml#more'],
  ])('written %s puts the items of a list in its place', (_, directive) => {
    const files = {
      'main.yaml': pipeline('nodes:', `  - ${STEP('a')}`, `  - ${directive}`, `  - ${STEP('z')}`),
      'shared/steps.yaml': `more: [${STEP('b')}, ${STEP('c')}]`,
    };

    const { names, diagnostics } = nodesOf(files);

    expect(diagnostics).toEqual([]);
    expect(names).toEqual(['a', 'b', 'c', 'z']);
  });

  it('puts a mapping in as one item, or as the value of a key', () => {
    const files = {
      'main.yaml': pipeline('nodes:', '  - !include one.yaml', 'output: !include output.yaml'),
      'one.yaml': STEP('a'),
      'output.yaml': 'v: a.v',
    };

    const { plan } = compileFiles(files);

    expect([plan?.nodes.length, plan?.output]).toEqual([1, { v: 'a.v' }]);
  });

  it('in an included file starts from the folder of that file', () => {
    const files = {
      'main.yaml': pipeline('nodes:', '  - !include x/first.yaml'),
      'x/first.yaml': '- !include y/second.yaml\n- !include ../third.yaml',
      'x/y/second.yaml': STEP('b'),
      'third.yaml': STEP('c'),
    };

    const { names } = nodesOf(files);

    expect(names).toEqual(['b', 'c']);
  });

  it('takes the first document of a file', () => {
    const files = { 'main.yaml': pipeline('nodes:', '  - !include a.yaml'), 'a.yaml': `${STEP('a')}\n---\n${STEP('b')}` };

    const { names } = nodesOf(files);

    expect(names).toEqual(['a']);
  });

  it.each([
    ['missing.yaml', '5:16 include_not_found'],
    ['/etc/passwd', '5:16 include_absolute'],
    ['https://example.org/a.yaml', '5:16 include_absolute'],
    ["'C:\\a.yaml'", '5:16 include_absolute'],
    ['../../etc/passwd', '5:16 path_outside_root'],
    ['x/../../a.yaml', '5:16 path_outside_root'],
    ['steps.yaml#mroe', '5:16 include_key_missing'],
    ['steps.yaml#more#x', '5:16 include_key_missing'],
    ['list.yaml#more', '5:16 include_key_missing'],
    ["''", '5:16 include_invalid'],
  ])('of %s is refused where it stands', (path, expected) => {
    const files = {
      'main.yaml': pipeline('nodes:', `  - !include ${path}`),
      'steps.yaml': 'more: []',
      'list.yaml': '[]',
    };

    const { diagnostics } = nodesOf(files);

    expect(diagnostics.filter((text) => !text.includes('nodes_empty'))).toEqual([expected]);
  });

  it('is refused once, whatever would have stood there', () => {
    const files = { 'main.yaml': pipeline('nodes: {"!include": missing.yaml}', 'ports: !include missing.yaml') };

    const { diagnostics } = nodesOf(files);

    expect(diagnostics).toEqual(['4:10 include_not_found', '5:19 include_not_found']);
  });

  it('with other keys beside it is refused', () => {
    const files = { 'main.yaml': pipeline('nodes: {"!include": a.yaml, more: 1}'), 'a.yaml': '[]' };

    const { diagnostics } = nodesOf(files);

    expect(diagnostics).toEqual(['4:10 include_invalid']);
  });

  it('of a file that includes the first one again is refused where the circle closes', () => {
    const files = {
      'main.yaml': pipeline('nodes:', '  - !include a.yaml'),
      'a.yaml': '- !include b.yaml',
      'b.yaml': '- !include a.yaml',
    };

    const { plan, diagnostics } = compileFiles(files);

    expect(plan).toBeUndefined();
    expect(places(diagnostics)).toContain('b.yaml:1:12 include_cycle');
    expect(diagnostics.find(({ code }) => code === 'include_cycle')?.message).toContain('a.yaml → b.yaml → a.yaml');
  });

  it('may be nested ten files deep, and no deeper', () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, index) => [
          `f${index + 1}.yaml`,
          index + 1 === length ? STEP('end') : `!include f${index + 2}.yaml`,
        ]),
      );
    const main = { 'main.yaml': pipeline('nodes:', '  - !include f1.yaml') };

    const ten = nodesOf({ ...main, ...chain(10) });
    const eleven = nodesOf({ ...main, ...chain(11) });

    expect(ten.names).toEqual(['end']);
    expect(eleven.diagnostics).toContain('f10.yaml:1:10 include_depth');
  });

  it('cannot multiply: what all of them bring in is bounded', () => {
    const tenTimes = (file: string) => `[${Array.from({ length: 10 }, () => `!include ${file}`).join(', ')}]`;
    const files = {
      'main.yaml': pipeline(`variables: ${tenTimes('a.yaml')}`, 'nodes: []'),
      'a.yaml': tenTimes('b.yaml'),
      'b.yaml': tenTimes('c.yaml'),
      'c.yaml': tenTimes('d.yaml'),
      'd.yaml': `[${'1, '.repeat(1000)}]`,
    };

    const { diagnostics } = nodesOf(files);

    expect(diagnostics.some((text) => text.endsWith('include_limit'))).toBe(true);
  });

  it('has problems inside the file told with their place in that file', () => {
    const files = {
      'main.yaml': pipeline('nodes:', `  - ${STEP('a')}`, '  - !include steps/more.yaml#list'),
      'steps/more.yaml': `list:\n  - ${STEP('b')}\n  - ${STEP('c', 'nope')}\n  - ${STEP('a')}`,
    };

    const { diagnostics } = nodesOf(files);

    expect(diagnostics).toEqual(['steps/more.yaml:3:59 step_unknown', 'steps/more.yaml:4:44 node_duplicate']);
  });

  it('of a file that is not YAML tells the place in that file, once for all that include it', () => {
    const files = { 'main.yaml': pipeline('nodes:', '  - !include a.yaml', '  - !include a.yaml'), 'a.yaml': 'a: b: c' };

    const { diagnostics } = nodesOf(files);

    expect(diagnostics.filter((text) => text.includes('yaml_syntax'))).toEqual(['a.yaml:1:4 yaml_syntax']);
  });

  it('names files as diagnostics do, with the folder of the documents before them', () => {
    const files: Readonly<Record<string, string>> = { 'more.yaml': STEP('b', 'nope') };
    const { diagnostics } = compileFiles(
      { 'main.yaml': pipeline('nodes:', '  - !include more.yaml') },
      { readFile: (path) => files[path], root: 'pipelines' },
    );

    expect(places(diagnostics)).toEqual(['pipelines/more.yaml:1:55 step_unknown']);
  });

  it.each([
    ['/srv/app/main.yaml', ''],
    ['/srv/app/main.yaml', '/srv/other'],
    ['main.yaml', '/srv/app'],
    ['../main.yaml', ''],
  ])('never leads out of the root, whatever the file is called: %s in %j', (file, root) => {
    const asked: string[] = [];
    const readFile = (path: string) => {
      asked.push(path);
      return undefined;
    };
    const text = pipeline('nodes: [!include ../../etc/passwd, !include ../x.yaml, !include beside.yaml]');

    const { diagnostics } = compilePipeline(text, file, catalog, { variables: {}, readFile, root });

    expect(asked).toEqual(['beside.yaml']);
    expect(diagnostics.filter(({ code }) => code === 'path_outside_root')).toHaveLength(2);
  });
});
