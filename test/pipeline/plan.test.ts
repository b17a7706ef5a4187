import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { planHash } from '../../src/pipeline/plan-hash.ts';
import { catalog, compileNodes, summary } from './catalog.ts';

/** The dependencies of each node of the plan; awaited nodes in brackets. */
function edges(nodes: readonly string[]): Readonly<Record<string, string>> {
  const { plan, diagnostics } = compileNodes(nodes);
  if (plan === undefined) throw new Error(summary(diagnostics).join('; '));
  return Object.fromEntries(
    plan.nodes.map(({ name, dependencies, waitFor }) => [
      name,
      [...dependencies, ...waitFor.map((other) => `(${other})`)].join(' '),
    ]),
  );
}

const node = (name: string, keys = '', spec = '') =>
  `{kind: function_node, metadata: {name: ${name}}, spec: {fn: show${spec}}${keys}}`;

describe("a pipeline's version", () => {
  it.each([
    ['"2026.1"', '2026.1'],
    ['2', '2'],
  ])('written %s is carried as text', (written, version) => {
    const text = `kind: Pipeline\nmetadata: {name: orders, version: ${written}}\nspec: {nodes: [${node('a')}]}`;

    const { plan } = compilePipeline(text, 'orders.yaml', catalog);

    expect(plan?.version).toBe(version);
  });

  it('is not there if none is written', () => {
    const { plan } = compileNodes([node('a')]);

    expect(plan).not.toHaveProperty('version');
  });

  it.each(['1.5', 'true', '[1]'])('cannot be %s', (written) => {
    const text = `kind: Pipeline\nmetadata: {name: orders, version: ${written}}\nspec: {nodes: [${node('a')}]}`;

    const { diagnostics } = compilePipeline(text, 'orders.yaml', catalog);

    expect(summary(diagnostics).join()).toContain('type_string');
  });
});

describe('dependencies', () => {
  it('chain nodes in document order', () => {
    const result = edges([node('a'), node('b'), node('c')]);

    expect(result).toEqual({ a: '', b: 'a', c: 'b' });
  });

  it('are what is declared, if anything is', () => {
    const result = edges([node('a'), node('b', ', dependencies: []'), node('c', ', dependencies: [b, a]')]);

    expect(result).toEqual({ a: '', b: '', c: 'b a' });
  });

  it('may stand under spec, and be a single name', () => {
    const result = edges([node('a'), node('b'), node('c', '', ', dependencies: [a]'), node('d', ', dependencies: b')]);

    expect(result).toEqual({ a: '', b: 'a', c: 'a', d: 'b' });
  });

  it('come from what a node reads', () => {
    const result = edges([
      node('a'),
      node('b', ', dependencies: []'),
      node('c', '', ', when: "b.v > 1 and x in [a.v]"'),
      node('d', '', ', input_mapping: {p: a.v, q: {r: [b]}, s: "\'c\'", t: $input.c}'),
      '{kind: expression_node, metadata: {name: e}, spec: {expressions: {f: "hi {{ d.got }}", g: "a.v + len(f)"}}}',
    ]);

    expect(result).toEqual({ a: '', b: '', c: 'b a', d: 'a b', e: 'd a' });
  });

  it('are not names that a comprehension or an earlier expression defines', () => {
    const result = edges([
      node('a'),
      node('i', ', dependencies: []'),
      '{kind: expression_node, metadata: {name: e}, spec: {expressions: {x: "[i.v for i in a.l]"}}}',
    ]);

    expect(result).toEqual({ a: '', i: '', e: 'a' });
  });

  it('do not include what is only waited for', () => {
    const result = edges([
      node('a'),
      node('b', ', dependencies: []'),
      node('c', ', wait_for: a'),
      node('d', ', wait_for: [a, b]', ', when: b.v'),
    ]);

    expect(result).toEqual({ a: '', b: '', c: '(a)', d: 'b (a)' });
  });

  it('lead from a failing node to its handler', () => {
    const { plan } = compileNodes([node('a', '', ', on_error: h'), node('b'), node('h', ', dependencies: []')]);

    expect(plan?.nodes.map(({ name, dependencies, handles, onError }) => ({ name, dependencies, handles, onError }))).toEqual([
      { name: 'a', dependencies: [], handles: undefined, onError: 'h' },
      { name: 'b', dependencies: ['a'], handles: undefined, onError: undefined },
      { name: 'h', dependencies: ['a'], handles: ['a'], onError: undefined },
    ]);
  });

  it('may point forwards to a node without any', () => {
    const result = edges([node('a', ', dependencies: [b]'), node('b', ', dependencies: []')]);

    expect(result).toEqual({ a: 'b', b: '' });
  });
});

describe('a cycle', () => {
  it.each([
    ['a → b → c → a', [node('a', ', dependencies: [b]'), node('b', ', dependencies: [c]'), node('c', ', dependencies: [a]')]],
    ['a → a', [node('a', ', dependencies: [a]')]],
    ['a → b → a', [node('a', ', wait_for: b'), node('b')]],
    ['a → h → a', [node('a', ', dependencies: [h]', ', on_error: h'), node('h', ', dependencies: []')]],
  ])('%s is told once', (path, nodes) => {
    const { diagnostics } = compileNodes(nodes);

    expect(diagnostics).toMatchObject([{ code: 'cycle', message: `These nodes wait for each other: ${path}.` }]);
  });

  it('is looked for in long chains too', () => {
    const chain = Array.from({ length: 2000 }, (_, index) => node(`n${index}`, index === 0 ? ', dependencies: [n1999]' : ''));

    const { diagnostics } = compileNodes(chain);

    expect(diagnostics.map(({ code }) => code)).toEqual(['cycle']);
  });
});

describe('a plan', () => {
  const spec =
    ', timeout: 1m30s, max_retries: 3, retry_delay: 0.01, retry_backoff: 1.5, retry_max_delay: 5, critical: true, required_inputs: [q]';

  it('carries what the document says, and defaults for the rest', () => {
    const { plan } = compileNodes(
      [node('a', '', spec), node('b')],
      '  orchestrator: {default_node_timeout: 30}\n  output: {r: a.got}\n  input_schema: {x: int, note: "str?"}\n',
    );

    expect(plan).toMatchObject({
      format: 1,
      pipeline: 'orders',
      output: { r: 'a.got' },
      inputSchema: {
        type: 'object',
        properties: { x: { type: 'integer' }, note: { type: ['string', 'null'] } },
        required: ['x'],
      },
      nodes: [
        {
          timeoutMs: 90_000,
          retry: { maxAttempts: 3, delayMs: 10, backoff: 1.5, maxDelayMs: 5000 },
          critical: true,
          requiredInputs: ['q'],
        },
        {
          timeoutMs: 30_000,
          retry: { maxAttempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 60_000 },
          critical: false,
          requiredInputs: [],
        },
      ],
    });
  });

  it('takes settings where the spec says nothing', () => {
    const { plan } = compileNodes([
      '{kind: function_node, metadata: {name: a}, settings: {fn: const, timeout: 5}, spec: {fn: show}}',
    ]);

    expect(plan?.nodes[0]).toMatchObject({ timeoutMs: 5000, spec: { fn: 'show' } });
  });

  it('knows the parameters of a step it unpacks for', () => {
    const { plan } = compileNodes(['{kind: function_node, metadata: {name: a}, spec: {fn: kw, unpack_input: true}}']);

    expect(plan?.nodes[0]?.spec).toEqual({ fn: 'kw', unpack_input: true, params: ['a', 'b', 'c'] });
  });

  it('keeps the order of expressions', () => {
    const { plan } = compileNodes([
      '{kind: core:expression_node, metadata: {name: e}, spec: {expressions: {z: "1", a: "z + 1"}}}',
    ]);

    expect(plan?.nodes[0]).toMatchObject({
      kind: 'expression_node',
      spec: {
        expressions: [
          ['z', '1'],
          ['a', 'z + 1'],
        ],
      },
    });
  });

  it('survives JSON', () => {
    const { plan } = compileNodes([node('a', '', spec), node('b', '', ', on_error: c'), node('c')]);

    const copy: unknown = JSON.parse(JSON.stringify(plan));

    expect(copy).toEqual(plan);
  });
});

describe('the hash of a plan', () => {
  const text = (name: string, note: string) =>
    `kind: Pipeline\nmetadata: {name: ${name}, description: ${note}}\nspec: {nodes: [${node('a')}]}\n`;
  const hashOf = (source: string) => {
    const { plan } = compilePipeline(source, 'x.yaml', catalog);
    return plan === undefined ? undefined : planHash(plan);
  };

  it('is the same for what runs the same', () => {
    const hashes = new Set([hashOf(text('x', 'one')), hashOf(`# comment\n${text('x', 'two')}`)]);

    expect([...hashes]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  });

  it('does not depend on the order in which the parts of the document stand', () => {
    const turned = `spec: {nodes: [{spec: {fn: show}, metadata: {name: a}, kind: function_node}]}\nmetadata: {name: x}\nkind: Pipeline`;

    const hashes = new Set([hashOf(text('x', 'one')), hashOf(turned)]);

    expect(hashes.size).toBe(1);
  });

  it('differs if a mapping that a loop may walk has another order', () => {
    const data = (output: string) => {
      const { plan } = compileNodes([`{kind: data_node, metadata: {name: a}, spec: {output: ${output}}}`]);
      return plan === undefined ? undefined : planHash(plan);
    };

    const hashes = new Set([data('{x: {b: 1, a: 2}}'), data('{x: {a: 2, b: 1}}')]);

    expect(hashes.size).toBe(2);
  });

  it('differs for another pipeline', () => {
    const hashes = new Set([hashOf(text('x', 'one')), hashOf(text('y', 'one'))]);

    expect(hashes.size).toBe(2);
  });
});
