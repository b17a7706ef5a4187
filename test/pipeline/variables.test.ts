import { describe, expect, it } from 'vitest';
import { compileFiles, NODE, pipeline, places } from './files.ts';

const variables = {
  PORT: '8080',
  FLAG: 'yes',
  ONE: '1',
  NAME: 'n1',
  EMPTY: '',
  OPENAI_API_KEY: 'sk-secret',
  SQL_CONNECTION_STRING: 'secret',
};

/** The value of a text in a plan. */
function substitute(text: string, ...rest: readonly string[]) {
  const main = pipeline(`ports: {p: {adapter: x, config: {v: ${text}}}}`, NODE, ...rest);
  const { plan, diagnostics } = compileFiles({ 'main.yaml': main }, { variables });
  return { value: plan?.ports?.['p']?.adapters[0]?.config['v'], diagnostics };
}

describe('a reference to a variable', () => {
  it.each([
    [`"\${PORT}"`, 8080],
    [`"\${FLAG}"`, true],
    [`"\${ONE}"`, 1],
    [`"\${UNSET:0}"`, 0],
    [`"\${UNSET:false}"`, false],
    [`"\${UNSET:1.5}"`, 1.5],
    [`"\${UNSET:007}"`, 7],
    [`"\${UNSET:nan}"`, 'nan'],
    [`"\${UNSET:}"`, ''],
    [`"\${EMPTY:x}"`, ''],
    [`"'\${PORT}'"`, "'8080'"],
    [`"'\${NAME}-\${PORT}'"`, "'n1-8080'"],
    [`"'\${lower} $PORT \${}'"`, `'\${lower} $PORT \${}'`],
    [`"\${UNSET:12345678901234567890}"`, '12345678901234567890'],
  ])('%s becomes %j', (text, expected) => {
    const { value } = substitute(text);

    expect(value).toEqual(expected);
  });

  it('without a value is told where it stands, and so is every other one', () => {
    const { diagnostics } = substitute(`"'\${PORT} \${UNSET_ONE}'"`, `output: {b: "\${UNSET_TWO}"}`, `x: "\${NAMES}"`);

    expect(places(diagnostics.filter(({ code }) => code === 'variable_unset'))).toEqual([
      '4:49 variable_unset',
      '6:16 variable_unset',
      '7:7 variable_unset',
    ]);
    expect(diagnostics.find(({ code, position }) => code === 'variable_unset' && position.line === 7)?.remedy).toContain(
      "'NAME'",
    );
  });

  it('finds no value in what every object has', () => {
    const { diagnostics } = compileFiles({ 'main.yaml': pipeline(NODE, `variables: {a: "\${CONSTRUCTOR}"}`) });

    expect(diagnostics.map(({ code }) => code)).toEqual(['variable_unset']);
  });

  it('to a secret stays a reference in the configuration of ports and services, so that no plan holds one', () => {
    const config = `{key: "\${OPENAI_API_KEY}", deep: [{dsn: "x \${SQL_CONNECTION_STRING}"}], region: "\${REGION}"}`;
    const main = pipeline(
      NODE,
      'secrets: [REGION]',
      `ports: {llm: {adapter: mock_llm, config: ${config}}, pool: {adapters: [{adapter: mock_llm, params: ${config}}]}, config: {adapter: mock_llm, config: ${config}}}`,
      `services: {s: {class: thing, config: ${config}}}`,
    );

    const { plan, diagnostics } = compileFiles({ 'main.yaml': main }, { variables: { ...variables, REGION: 'hush' } });

    expect(diagnostics).toEqual([]);
    const expected = {
      key: `\${OPENAI_API_KEY}`,
      deep: [{ dsn: `x \${SQL_CONNECTION_STRING}` }],
      region: `\${REGION}`,
    };
    expect(plan?.ports?.['llm']?.adapters[0]?.config).toEqual(expected);
    expect(plan?.ports?.['pool']?.adapters[0]?.config).toEqual(expected);
    expect(plan?.ports?.['config']?.adapters[0]?.config).toEqual(expected);
    expect(plan?.services?.['s']?.config).toEqual(expected);
  });

  it.each([
    'OPENAI_API_KEY',
    'API_KEY',
    'STORAGE_KEY',
    'TOKEN',
    'GITHUB_TOKEN',
    'SB_CONNECTION_STRING',
    'BLOB_SAS',
    'DB_PASSWORD',
    'CLIENT_SECRET',
    'GOOGLE_CREDENTIAL',
    'SECRET_THING',
  ])('to the secret %s is refused outside of such a configuration', (name) => {
    const main = pipeline(NODE, `variables: {v: "\${${name}:default}"}`);

    const { plan, diagnostics } = compileFiles({ 'main.yaml': main }, { variables });

    expect(plan).toBeUndefined();
    expect(places(diagnostics)).toEqual(['5:19 secret_misplaced']);
  });

  it.each(['KEYBOARD', 'MONKEY', 'SECRETARY', 'TOKENS', 'PASSWORDLESS'])('to %s is not taken for one to a secret', (name) => {
    const { value } = substitute(`"\${${name}:default}"`);

    expect(value).toBe('default');
  });

  it('never shows a value in a message', () => {
    const main = pipeline(NODE, 'orchestrator: {max_concurrent_nodes: 1}', `ports: {llm: {adapter: "\${OPENAI_API_KEY}"}}`);

    const { diagnostics } = compileFiles({ 'main.yaml': main }, { variables });

    expect(JSON.stringify(diagnostics)).not.toContain('sk-secret');
  });

  it('is not put in place in an environment that is not in use', () => {
    const main = pipeline(NODE, `environments: {prod: {ports: {llm: {adapter: "\${ONLY_IN_PROD}"}}}}`);

    const { diagnostics } = compileFiles({ 'main.yaml': main }, { environment: 'staging' });

    expect(diagnostics).toEqual([]);
  });

  it.each([
    ['secrets: REGION', '5:12 type_list'],
    ['secrets: [region, 5]', '5:13 name_invalid'],
  ])('is refused with %s', (secrets, expected) => {
    const { diagnostics } = compileFiles({ 'main.yaml': pipeline(NODE, secrets) });

    expect(places(diagnostics)).toContain(expected);
  });

  it('is refused outside of a configuration if what it stands for looks like a credential, whatever its name', () => {
    const connection = 'Endpoint=sb://x/;SharedAccessKeyName=root;SharedAccessKey=aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=';
    const main = pipeline(NODE, `variables: {v: "\${SB}"}`, `ports: {p: {adapter: mock_llm, config: {v: "\${SB}"}}}`);

    const { diagnostics } = compileFiles({ 'main.yaml': main }, { variables: { SB: connection } });

    expect(places(diagnostics)).toEqual(['5:19 secret_misplaced']);
    expect(JSON.stringify(diagnostics)).not.toContain('aGVsbG8');
  });

  it('to a secret that the pipeline lists is refused in the file of a body too', () => {
    const body = pipeline(`nodes: [{kind: data_node, metadata: {name: d}, spec: {output: {v: "\${REGION}"}}}]`);
    const main = pipeline(
      'secrets: [REGION]',
      'nodes: [{kind: composite_node, metadata: {name: c}, spec: {mode: times, count: 1, body_pipeline: body.yaml}}]',
    );

    const { plan, diagnostics } = compileFiles({ 'main.yaml': main, 'body.yaml': body }, { variables: { REGION: 'hush' } });

    expect(plan).toBeUndefined();
    expect(places(diagnostics)).toEqual(['body.yaml:4:70 secret_misplaced']);
  });

  it('that never closes is text, however often it begins', () => {
    const text = `\${A:`.repeat(60_000);

    const { diagnostics } = compileFiles({ 'main.yaml': pipeline(NODE, `variables: {v: "${text}"}`) });

    expect(diagnostics).toEqual([]);
  });

  it('is not needed for a message to hide a secret that is written out', () => {
    const key = `sk-${'a1'.repeat(12)}`;
    const main = pipeline(`nodes: [{kind: data_node, metadata: {name: a}, spec: {output: {}, timeout: ${key}}}]`);

    const { diagnostics } = compileFiles({ 'main.yaml': main });

    expect(diagnostics.map(({ code }) => code)).toEqual(['duration_invalid']);
    expect(JSON.stringify(diagnostics)).not.toContain('a1a1');
  });
});
