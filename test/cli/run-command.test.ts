import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { cli } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'hexdag-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function pipelineFile(name: string, spec: string): string {
  return file(`${name}.yaml`, `kind: Pipeline\nmetadata: {name: ${name}}\nspec: ${spec}\n`);
}

const order = {
  orderId: 'A-1',
  customer: 'Ada',
  items: [{ sku: 'mug', quantity: 2, unitPrice: 9.5 }],
  payment: { card: 'tok_visa' },
};

async function json(...args: string[]) {
  const { exitCode, stdout, stderr } = await cli(['run', ...args, '--output', 'json']);
  return { exitCode, stderr, report: JSON.parse(stdout) };
}

describe('hexdag run', () => {
  it('tells what became of a run that is stopped with Ctrl-C', async () => {
    const steps = file('failing.ts', "export function failing() { throw new Error('Not yet.'); }\n");
    const retries = '{fn: failing, max_retries: 3, retry_delay: 3600}';
    const path = pipelineFile('stopped', `{nodes: [{kind: function_node, metadata: {name: a}, spec: ${retries}}]}`);
    const texts = { stdout: '', stderr: '' };

    const exitCode = await runCli(['run', path, '--steps', steps, '--output', 'json'], {
      stdout: { write: (text) => (texts.stdout += text) },
      stderr: { write: (text) => (texts.stderr += text) },
      stdin: (async function* () {})(),
      environment: {},
      onInterrupt: (callback) => setImmediate(callback),
    });

    expect(exitCode).toBe(130);
    expect(texts.stderr).toContain('Stopped.');
    expect(JSON.parse(texts.stdout)).toMatchObject({ error: { code: 'run_cancelled' } });
  });

  it('runs a pipeline with the steps of the app', async () => {
    const { exitCode, report } = await json('pipelines/order-processing.yaml', '--input', JSON.stringify(order));

    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ status: 'completed', results: { total: { amount: 23.9 } }, output: { paymentId: 'pay-A-1' } });
  });

  it('shows a person every node of the run', async () => {
    const { exitCode, stdout } = await cli(['run', 'pipelines/order-processing.yaml', '--input', JSON.stringify(order)]);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Pipeline +order-processing\nStatus +completed\nTook +\d+ ms\nOutput +{/);
    expect(stdout).toMatch(/charge +function_node +completed +1 +\d+ ms +{"paymentId":"pay-A-1"/);
    expect(stdout).toMatch(/total +expression_node +completed +{"shipping"/);
  });

  it('tells why a run failed', async () => {
    const declined = JSON.stringify({ ...order, payment: { card: 'tok_declined' } });

    const { exitCode, report } = await json('pipelines/order-processing.yaml', '--input', declined);

    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ status: 'failed', output: null, error: { node: 'charge', code: 'card_declined' } });
  });

  it('reads its input from a file or from standard input', async () => {
    const pipeline = pipelineFile('echo', '{nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: copy.copy}}]}');
    const input = file('input.json', '{"x": 1}');

    const fromFile = await json(pipeline, '--input', `@${input}`);
    const fromStdin = await cli(['run', pipeline, '--input', '@-', '--output', 'json'], { stdin: '{"x": 2}' });

    expect(fromFile.report.results).toEqual({ a: { x: 1 } });
    expect(JSON.parse(fromStdin.stdout).results).toEqual({ a: { x: 2 } });
  });

  it('refuses an input that the schema refuses', async () => {
    const { exitCode, report } = await json('pipelines/order-processing.yaml', '--input', '{}');

    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ status: 'invalid', error: { code: 'schema_violation' } });
  });

  it('tells what is wrong with a pipeline, with its place', async () => {
    const broken = pipelineFile('broken', '{nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: nope}}]}');

    const { exitCode, stdout } = await cli(['run', broken]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${broken}:3:`);
    expect(stdout).toContain('step_unknown');
    expect(stdout).toContain('^');
  });

  it('shows what is wrong with a file that the pipeline includes', async () => {
    const included = file('included.yaml', '- {kind: function_node, metadata: {name: a}, spec: {fn: nope}}\n');
    const including = pipelineFile('including', '{nodes: [{"!include": included.yaml}]}');

    const { stdout } = await cli(['run', including]);

    expect(stdout).toContain(`${included}:1:`);
    expect(stdout).toContain('1 | - {kind: function_node');
  });

  it('compiles for an environment, with variables', async () => {
    const spec = `
  environments: {dev: {ports: {llm: {adapter: mock_llm, config: {responses: "\${GREETING}"}}}}}
  nodes: [{kind: llm_node, metadata: {name: a}, spec: {human_message: Hi}}]`;
    const pipeline = pipelineFile('greeting', spec);

    const given = await json(pipeline, '--env', 'dev', '--var', 'GREETING=Hello=you');
    const fromEnvironment = await cli(['run', pipeline, '--env', 'dev', '--output', 'json'], {
      environment: { GREETING: 'Servus' },
    });

    expect(given.report.results).toEqual({ a: 'Hello=you' });
    expect(JSON.parse(fromEnvironment.stdout).results).toEqual({ a: 'Servus' });
  });

  it('sits through the pauses before retries', async () => {
    const pipeline = pipelineFile(
      'retry',
      '{nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: flaky, max_retries: 3, retry_delay: 0.02}}]}',
    );
    const module = file(
      'flaky.mjs',
      'let calls = 0;\nexport function flaky() {\n  if (++calls < 3) throw new Error("no");\n  return calls;\n}\n',
    );

    const { exitCode, report } = await json(pipeline, '--steps', module);

    expect(exitCode).toBe(0);
    expect(report.results).toEqual({ a: 3 });
  });
});

describe('hexdag run with events', () => {
  const spec =
    '{nodes: [{kind: wait_node, metadata: {name: w}, spec: {event_key: "go:{{id}}", timeout: 2d}}], output: {said: w}}';
  const pipeline = pipelineFile('waiting', spec);

  it('ends when the run waits for one', async () => {
    const { exitCode, report } = await json(pipeline, '--input', '{"id": 7}');

    expect(exitCode).toBe(3);
    expect(report).toEqual({
      status: 'suspended',
      results: {},
      output: null,
      waiting: [{ node: 'w', eventKey: 'go:7', timeoutSeconds: 172_800 }],
    });
  });

  it('tells a person what the run waits for', async () => {
    const { exitCode, stdout } = await cli(['run', pipeline, '--input', '{"id": 7}']);

    expect(exitCode).toBe(3);
    expect(stdout).toContain("Waiting   w for 'go:7', 172800 s at most\n");
    expect(stdout).toMatch(/^w +wait_node +waiting$/m);
  });

  it('delivers what it is given, and tells what nobody waited for', async () => {
    const { exitCode, report, stderr } = await json(
      pipeline,
      '--input',
      '{"id": 7}',
      '--deliver',
      'go:7="yes"',
      '--deliver',
      'other=1',
    );

    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ status: 'completed', output: { said: 'yes' } });
    expect(stderr).toBe("Nothing waited for an event 'other'.\n");
  });
});

describe('hexdag run --steps', () => {
  const pipeline = pipelineFile(
    'own',
    `
  services: {book: {class: Book}}
  nodes:
    - {kind: function_node, metadata: {name: plain}, spec: {fn: plain}}
    - {kind: function_node, metadata: {name: named}, spec: {fn: my.step, unpack_input: true}, dependencies: []}
    - {kind: service_call_node, metadata: {name: called}, spec: {service: book, method: look}, dependencies: []}`,
  );

  it('takes plain functions, definitions, and lists of them from a TypeScript file', async () => {
    const module = file(
      'own-steps.ts',
      `interface Input { readonly n: number }
export const plain = (input: Input): number => input.n + 1;
export class Unused {}
export const steps = [{ name: 'my.step', params: ['n'], run: (input: Input) => input }];
export const book = { name: 'Book', create: () => ({ methods: { look: { run: () => 'found' } } }) };
`,
    );

    const { exitCode, report } = await json(pipeline, '--steps', module, '--input', '{"n": 1, "m": 2}');

    expect({ exitCode, results: report.results }).toEqual({
      exitCode: 0,
      results: { plain: 2, named: { n: 1 }, called: 'found' },
    });
  });

  it('replaces a step of the app', async () => {
    const module = file('fake.mjs', "export const charge = { name: 'charge', run: () => ({ paymentId: 'fake' }) };\n");

    const { report } = await json('pipelines/order-processing.yaml', '--steps', module, '--input', JSON.stringify(order));

    expect(report.output).toMatchObject({ paymentId: 'fake' });
  });

  it.each([
    ['there is none', 'absent.ts', undefined, 'file_not_found'],
    ['it cannot be imported', 'syntax.mjs', 'export const = 1;', 'module_broken'],
    ['it exports nothing to call', 'empty.mjs', 'export const version = 1;', 'module_empty'],
  ])('refuses a module if %s', async (_, name, text, code) => {
    const path = text === undefined ? join(folder, name) : file(name, text);

    const { exitCode, stderr } = await cli(['run', pipeline, '--steps', path]);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${code}: `);
  });
});

describe('a command line that is wrong', () => {
  it.each([
    [['absent.yaml'], 'file_not_found'],
    [['pipelines/order-processing.yaml', '--input', '{'], 'input_not_json'],
    [['pipelines/order-processing.yaml', '--input', '@absent.json'], 'file_not_found'],
    [['pipelines/order-processing.yaml', '--deliver', 'go'], 'option_value'],
    [['pipelines/order-processing.yaml', '--deliver', 'go={'], 'input_not_json'],
    [['pipelines/order-processing.yaml', '--var', 'NAME'], 'option_value'],
  ])('%j is told as %s', async (args, code) => {
    const { exitCode, stdout, stderr } = await cli(['run', ...args]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`${code}: `);
  });
});
