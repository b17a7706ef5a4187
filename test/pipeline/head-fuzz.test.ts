import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFiles } from './files.ts';

const WORDS = [
  ...['adapter', 'adapters', 'ref', 'name', 'config', 'params', 'strategy', 'middleware', 'options', 'class', 'stack', 'initial'],
  ...[
    'transitions',
    'handlers',
    'on_transition',
    'to',
    'guard',
    'ports',
    'spec',
    'node_overrides',
    'nodes',
    'dev',
    'a',
    'llm',
    '!include',
  ],
  ...['orchestrator', 'pipeline_timeout', 'max_concurrent_nodes', 'constructor', 'toString', 'default_node_timeout'],
];
const TEXTS = [
  'x',
  '',
  `\${A}`,
  `\${API_KEY}`,
  `\${B:1}`,
  '{{ spec }}',
  '{{ x.y }}',
  '{% if %}',
  '../x',
  'self.yaml',
  'self.yaml#a',
  'a.v',
  'a >',
];
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...TEXTS),
    fc.constantFrom(null, true, 0, -1, 1.5),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...WORDS), tie('value'), { maxKeys: 4 }),
  ),
}));

const KEYS = [
  ...['ports', 'type_ports', 'services', 'state_machines', 'environments', 'orchestrator', 'aliases', 'secrets', 'output'],
  ...['variables', 'limits', 'custom_types', 'input_schema'],
];
const head = fc.tuple(fc.constantFrom(...KEYS), value).map((entry) => Object.fromEntries([entry]));
const sometimes = fc.option(value, { freq: 1, nil: undefined });

describe('a pipeline with anything for a head', () => {
  it('compiles, or is refused with diagnostics that have a place', () => {
    let compiled = 0;

    fc.assert(
      fc.property(head, sometimes, sometimes, (keys, environment, definition) => {
        const nodes = [{ kind: 'function_node', metadata: { name: 'a' }, spec: { fn: 'const' } }];
        const definitions = ['Adapter', 'Middleware', 'Config'].map((kind) => ({
          kind,
          metadata: { name: 'x' },
          spec: definition,
        }));
        const pipeline = { kind: 'Pipeline', metadata: { name: 'p' }, spec: { ...keys, nodes } };
        const documents = [...(definition === undefined ? [] : definitions), pipeline];
        const files = {
          'main.yaml': documents.map((document) => JSON.stringify(document)).join('\n---\n'),
          'self.yaml': JSON.stringify({ a: environment ?? 1, more: { '!include': 'self.yaml#a' } }),
          ...(environment === undefined ? {} : { 'environments/dev.yaml': JSON.stringify(environment) }),
        };

        const { plan, diagnostics } = compileFiles(files, { environment: 'dev', variables: { A: 'a' } });

        expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
        for (const { position, message } of diagnostics) {
          expect(position.line).toBeGreaterThan(0);
          expect(message).not.toBe('');
        }
        if (plan !== undefined) compiled += 1;
      }),
      { numRuns: 1_000, seed: 3 },
    );

    expect(compiled).toBeGreaterThan(10);
  });
});
