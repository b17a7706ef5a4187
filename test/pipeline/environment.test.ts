import { describe, expect, it } from 'vitest';
import { compileFiles, NODE, pipeline, places } from './files.ts';

const PORTS = 'ports: {llm: {adapter: own}, memory: {adapter: own}}';

function adaptersIn(files: Readonly<Record<string, string>>, environment?: string) {
  const { plan, diagnostics } = compileFiles(files, { environment });
  const adapters = Object.entries(plan?.ports ?? {}).map(([name, port]) => [name, port.adapters[0]?.adapter]);
  return { adapters: Object.fromEntries(adapters), plan, diagnostics: places(diagnostics) };
}

describe('an environment', () => {
  it.each([
    ['ports at the top', 'ports: {llm: {adapter: file}, secret: {adapter: file}}'],
    ['ports under spec', 'spec: {ports: {llm: {adapter: file}, secret: {adapter: file}}}'],
    [
      'the head of a document',
      'apiVersion: hexdag/v1\nkind: Environment\nmetadata: {name: dev}\nports: {llm: {adapter: file}, secret: {adapter: file}}',
    ],
  ])('from a file with %s replaces ports by name', (_, file) => {
    const files = { 'main.yaml': pipeline(NODE, PORTS), 'environments/dev.yaml': file };

    const inDev = adaptersIn(files, 'dev');
    const inNone = adaptersIn(files);

    expect(inDev.diagnostics).toEqual([]);
    expect(inDev.adapters).toEqual({ llm: 'file', memory: 'own', secret: 'file' });
    expect(inNone.adapters).toEqual({ llm: 'own', memory: 'own' });
  });

  it('of the pipeline itself comes before the file for all pipelines, which comes before the pipeline', () => {
    const inline = 'environments: {dev: {description: x, ports: {llm: {adapter: inline}}}}';
    const files = {
      'main.yaml': pipeline(NODE, PORTS, inline),
      'environments/dev.yaml': 'ports: {llm: {adapter: file}, memory: {adapter: file}}',
    };

    const { adapters } = adaptersIn(files, 'dev');

    expect(adapters).toEqual({ llm: 'inline', memory: 'file' });
  });

  it('adds ports to a pipeline that has none', () => {
    const files = { 'main.yaml': pipeline(NODE), 'environments/dev.yml': 'ports: {llm: {adapter: file}}' };

    const { adapters } = adaptersIn(files, 'dev');

    expect(adapters).toEqual({ llm: 'file' });
  });

  it.each([
    ['development', 'dev'],
    ['production', 'prod'],
    ['staging', 'staging'],
  ])('called %s is also found as %s', (environment, short) => {
    const files = { 'main.yaml': pipeline(NODE), [`environments/${short}.yaml`]: 'ports: {llm: {adapter: file}}' };

    const { adapters } = adaptersIn(files, environment);

    expect(adapters).toEqual({ llm: 'file' });
  });

  it.each([
    ['keys of the spec', '{a: {timeout: 7, max_retries: 2}}'],
    ['a spec', '{a: {spec: {timeout: 7, max_retries: 2}}}'],
  ])('overrides nodes with %s', (_, overrides) => {
    const files = { 'main.yaml': pipeline(NODE, `environments: {dev: {node_overrides: ${overrides}}}`) };

    const { plan } = adaptersIn(files, 'dev');

    expect(plan?.nodes[0]).toMatchObject({ timeoutMs: 7_000, retry: { maxAttempts: 2 }, spec: { fn: 'const' } });
  });

  it('has its problems told where it stands', () => {
    const files = {
      'main.yaml': pipeline(NODE, 'environments: {dev: {node_overrides: {a: {timeout: soon}, b: {timeout: 1}}}}'),
      'environments/dev.yaml': 'ports:\n  llm: {strategy: failover}\nprots: {}\nnode_overrides: {only_elsewhere: {timeout: 1}}',
    };

    const { diagnostics } = adaptersIn(files, 'dev');

    expect(diagnostics).toEqual([
      '5:54 duration_invalid',
      '5:64 node_override_unknown',
      'environments/dev.yaml:2:8 adapter_missing',
      'environments/dev.yaml:2:19 strategy_without_adapters',
      'environments/dev.yaml:3:1 warning field_unknown',
    ]);
  });

  it.each([
    ['environments: []', '5:17 type_mapping'],
    ['environments: {prod: 5}', '5:24 type_mapping'],
    ['environments: {prod: {ports: []}}', '5:32 type_mapping'],
    ['environments: {prod: {node_overrides: 5}}', '5:41 type_mapping'],
    ['environments: {prod: {prots: {}}}', '5:25 warning field_unknown'],
    ['environments: {dve: {}}', '5:17 warning environment_unknown'],
  ])('%s is told as %s, whichever is in use', (environments, expected) => {
    const { diagnostics } = adaptersIn({ 'main.yaml': pipeline(NODE, environments) }, 'dev');

    expect(diagnostics).toEqual([expected]);
  });

  it('cannot name a file elsewhere', () => {
    const files = { 'main.yaml': pipeline(NODE), 'secrets.yaml': 'ports: {llm: {adapter: file}}' };

    const { adapters } = adaptersIn(files, '../secrets');

    expect(adapters).toEqual({});
  });
});

describe('pipelines in one file', () => {
  const of = (namespace: string, name: string) =>
    pipeline(NODE).replace('{name: orders}', namespace === '' ? `{name: ${name}}` : `{name: ${name}, namespace: ${namespace}}`);
  const both = [of('dev', 'one'), of('prod', 'two')].join('\n---\n');

  it.each([
    [undefined, 'one', ['6:7 warning multiple_documents']],
    ['dev', 'one', []],
    ['prod', 'two', []],
    ['production', 'two', []],
    ['staging', undefined, ['2:34 environment_unknown']],
  ])('are chosen by namespace: with %s it is %s', (environment, expected, expectedDiagnostics) => {
    const { plan, diagnostics } = compileFiles({ 'main.yaml': both }, { environment });

    expect(plan?.pipeline).toBe(expected);
    expect(places(diagnostics)).toEqual(expectedDiagnostics);
  });

  it('that all have one namespace are used in other environments too, with a warning', () => {
    const { plan, diagnostics } = compileFiles({ 'main.yaml': of('orders', 'one') }, { environment: 'prod' });

    expect(plan?.pipeline).toBe('one');
    expect(places(diagnostics)).toEqual(['2:34 warning environment_unknown']);
  });

  it('without a namespace are for every environment that has none of its own', () => {
    const main = [of('dev', 'one'), of('', 'two')].join('\n---\n');

    const { plan } = compileFiles({ 'main.yaml': main }, { environment: 'prod' });

    expect(plan?.pipeline).toBe('two');
  });
});
