import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { cli } from './cli.ts';

const PIPELINES = join(import.meta.dirname, '..', '..', 'pipelines');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-validate-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function pipelineCalling(step: string): string {
  return `apiVersion: hexdag/v1
kind: Pipeline
metadata: { name: broken }
spec:
  nodes:
    - kind: function_node
      metadata: { name: only }
      spec: { fn: ${step} }
`;
}

describe('hexdag validate', () => {
  it('finds nothing wrong with the pipelines of this project', async () => {
    const { exitCode, stdout } = await cli(['validate', PIPELINES]);

    expect(stdout).toMatch(/^\d+ files, nothing wrong\.\n$/m);
    expect(stdout).not.toMatch(/error|warning/);
    expect(exitCode).toBe(0);
  });

  it('tells programs, too, nothing that would steer a terminal', async () => {
    const path = write('control.yaml', pipelineCalling('json.dumps').replace('nodes:', '\u007f\u0085x: 1\n  nodes:'));

    const { stdout } = await cli(['validate', path, '--output', 'json']);

    expect(stdout).not.toMatch(/[\u007f-\u009f]/);
    expect(JSON.parse(stdout).diagnostics[0].message).toContain('\u007f\u0085x');
  });

  it('is not held up by an include with a very long gap', async () => {
    const path = write('gap.yaml', `!include${' '.repeat(250_000)}#`);

    const { exitCode, stdout } = await cli(['validate', path]);

    expect(stdout).toContain('include_invalid');
    expect(exitCode).toBe(1);
  });

  it('checks a trigger alone, with the pipeline that lies beside it', async () => {
    cpSync(PIPELINES, folder, { recursive: true });

    const { exitCode, stdout } = await cli(['validate', join(folder, 'orders.trigger.yaml')]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '1 file, nothing wrong.\n' });
  });

  it('tells the faults of all files with their places, and how many there are', async () => {
    const files = [write('a.yaml', pipelineCalling('chrage')), write('b.yaml', 'kind: Pipeline\n')];

    const { exitCode, stdout } = await cli(['validate', ...files]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${files[0]}:8:`);
    expect(stdout).toContain(`${files[1]}:1:`);
    expect(stdout).toContain('charge');
    expect(stdout).toMatch(/2 files: \d+ errors?, \d+ warnings?\.\n$/);
  });

  it('tells the same as JSON', async () => {
    const file = write('a.yaml', pipelineCalling('chrage'));

    const { exitCode, stdout } = await cli(['validate', file, '--output', 'json']);

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ files: 1, diagnostics: [{ severity: 'error', file, position: { line: 8 } }] });
  });

  it('fails on warnings when it is strict, and only then', async () => {
    const file = write('a.yaml', pipelineCalling('charge, timout: 3'));

    const lenient = await cli(['validate', file]);
    const strict = await cli(['validate', file, '--strict']);

    expect(lenient.exitCode).toBe(0);
    expect(strict.exitCode).toBe(1);
    expect(strict.stdout).toContain(`${file}:8:27 warning field_unknown Nothing reads 'timout' here.\n`);
    expect(strict.stdout).toMatch(/1 file: 0 errors, 1 warning\.\n$/);
  });

  it('tells what is wrong with included files in their own place', async () => {
    mkdirSync(join(folder, 'shared'));
    const included = write(
      'shared/steps.yaml',
      'prepare:\n  - { kind: function_node, metadata: { name: a }, spec: { fn: chrage } }\n',
    );
    const file = write(
      'a.yaml',
      'kind: Pipeline\nmetadata: { name: a }\nspec:\n  nodes:\n    - "!include": shared/steps.yaml#prepare\n',
    );

    const { exitCode, stdout } = await cli(['validate', file]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${included}:2:`);
    expect(stdout).toMatch(/ {2}2 \| {3}- \{ kind: function_node/);
  });

  it('checks what the environment of that name changes', async () => {
    mkdirSync(join(folder, 'environments'));
    write('environments/staging.yaml', 'ports: { llm: {} }\n');
    const file = write('a.yaml', pipelineCalling('charge'));

    const plain = await cli(['validate', file]);
    const staging = await cli(['validate', file, '--env', 'staging']);

    expect(plain.exitCode).toBe(0);
    expect(staging.exitCode).toBe(1);
    expect(staging.stdout).toContain(`${join(folder, 'environments', 'staging.yaml')}:1:`);
  });

  it.each([
    ['for a person at a terminal', true, {}, true],
    ['but not for one who asks for none', true, { NO_COLOR: '1' }, false],
    ['and not in a file', false, {}, false],
  ])('has colours %s', async (_, isTTY, environment, expected) => {
    const file = write('a.yaml', pipelineCalling('chrage'));
    let stdout = '';

    await runCli(['validate', file], {
      stdout: { write: (text) => (stdout += text), isTTY },
      stderr: { write: () => undefined },
      stdin: (async function* () {})(),
      environment,
    });

    expect(stdout.includes('\x1b[31merror')).toBe(expected);
  });

  it('does not tell what is wrong with files nobody asked about', async () => {
    cpSync(PIPELINES, folder, { recursive: true });
    write('z.yaml', pipelineCalling('chrage'));

    const { exitCode } = await cli(['validate', join(folder, 'order-processing.yaml')]);

    expect(exitCode).toBe(0);
  });

  it('refuses a folder without YAML files', async () => {
    const { exitCode, stderr } = await cli(['validate', folder]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^no_files: /);
  });

  it.skipIf(process.getuid?.() === 0)('CL17: says that a file may not be read', async () => {
    const file = write('a.yaml', pipelineCalling('charge'));
    chmodSync(file, 0o000);

    const { exitCode, stderr } = await cli(['validate', file]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^file_unreadable: /);
  });
});
