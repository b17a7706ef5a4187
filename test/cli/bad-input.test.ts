import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { cli } from './cli.ts';

const PIPELINE = `kind: Pipeline
metadata: {name: x}
spec: {nodes: [{kind: data_node, metadata: {name: a}, spec: {output: {v: 1}}}]}
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-bad-input-'));
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'good.yaml'), PIPELINE);
  writeFileSync(join(folder, 'one.yaml'), PIPELINE.replace('data_node', 'date_node'));
  writeFileSync(join(folder, 'two.yaml'), PIPELINE.replace('name: x', 'name: y').replace('output', 'outptu'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command line in which `@/` stands for the folder of this test. */
function run(args: readonly string[]) {
  return cli(args.map((arg) => arg.replace('@/', `${folder}/`)));
}

describe('bad input to the command line', () => {
  it.each([
    ['CL1 nothing', [], 'Usage: hexdag'],
    ['CL2 a command misspelt', ['vlaidate', 'x.yaml'], "command_unknown: unknown command 'vlaidate' (Did you mean validate?)"],
    ['CL3 no such file', ['validate', '@/nope.yaml'], 'file_not_found: '],
    ['CL4 a folder without YAML', ['validate', '@/empty'], 'no_files: '],
    ['CL6 an option misspelt', ['validate', '@/good.yaml', '--outptu', 'json'], 'option_unknown: '],
    ['CL7 an unknown format', ['validate', '@/good.yaml', '--output', 'xml'], 'option_value: '],
    ['CL8 an input that is not JSON', ['run', '@/good.yaml', '--input', '{bad'], 'input_not_json: '],
    ['CL8 an input with infinity', ['run', '@/good.yaml', '--input', '{"x": 1e400}'], 'input_not_json: '],
    ['CL9 no such input', ['run', '@/good.yaml', '--input', '@missing.json'], 'file_not_found: '],
    ['CL13 a path for a run', ['runs', 'show', '../x'], 'run_id_invalid: '],
    ['CL15 a name that clears the screen', ['validate', '\u001b[2J.yaml'], 'file_not_found: There is no \\x1b[2J.yaml'],
  ])('%s is told on standard error, with exit code 2', async (_row, args, told) => {
    const { exitCode, stdout, stderr } = await run(args);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.startsWith(told)).toBe(true);
  });

  it('CL5 the faults of several files are all told, and counted last', async () => {
    const { exitCode, stdout } = await run(['validate', '@/one.yaml', '@/two.yaml']);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('one.yaml:3:');
    expect(stdout).toContain('two.yaml:3:');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 files: 2 errors, 1 warning.');
  });

  it.each([
    [[], /^unexpected: no\\x0aroom\\x1b\[2J \(--debug [^\n]*\)\n$/],
    [['--debug'], /^unexpected: Error: no\nroom\\x1b\[2J\n {4}at /],
  ])('CL18 a fault of the program is one line and exit code 70, and more with %j', async (options, told) => {
    let stderr = '';
    const stdout = {
      write: () => {
        throw new Error('no\nroom\u001b[2J');
      },
    };
    const terminal = {
      stdout,
      stderr: { write: (text: string) => (stderr += text) },
      stdin: (async function* () {})(),
      environment: {},
    };

    const exitCode = await runCli([...options, 'validate', join(folder, 'good.yaml')], terminal);

    expect(exitCode).toBe(70);
    expect(stderr).toMatch(told);
  });
});
