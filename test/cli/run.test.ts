import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from './cli.ts';

describe('the command line', () => {
  it('shows the usage on standard error and fails without arguments', async () => {
    const { exitCode, stdout, stderr } = await cli([]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('Usage: hexdag');
  });

  it('shows what a group of commands has when none is named', async () => {
    const { exitCode, stdout, stderr } = await cli(['runs']);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('list');
  });

  it.each([
    [['vlaidate', 'x.yaml'], 'command_unknown', 'validate'],
    [['validate', 'x.yaml', '--outptu', 'json'], 'option_unknown', '--output'],
    [['validate', 'x.yaml', '--output', 'xml'], 'option_value', 'text, json'],
    [['validate'], 'argument_missing', 'file'],
    [['runs', 'lsit'], 'command_unknown', 'list'],
    [['runs', 'list', '--limit', '-1'], 'option_value', '1 to 100'],
    [['runs', 'list', '--status', 'done'], 'option_value', 'completed'],
    [['runs', 'show', '../x'], 'run_id_invalid', '../x'],
    [['runs', 'show', 'a', 'b'], 'argument_unexpected', 'show'],
    [['runs', 'list', '--url', 'nowhere'], 'url_invalid', 'nowhere'],
    [['send', 'orders'], 'argument_missing', 'file'],
    [['send', 'orders', 'missing.json', '--connection', 'x'], 'file_not_found', 'missing.json'],
    [['send', 'orders', '.', '--connection', 'x'], 'file_unreadable', 'folder'],
  ])('refuses %j as %s and says what to do', async (args, code, hint) => {
    const { exitCode, stdout, stderr } = await cli(args);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.startsWith(`${code}: `)).toBe(true);
    expect(stderr).toContain(hint);
  });

  it('tells mistakes as JSON when JSON is asked for', async () => {
    const { exitCode, stderr } = await cli(['runs', 'show', '../x', '--output', 'json']);

    expect(exitCode).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'run_id_invalid' } });
  });

  it('lets no control character of an argument reach the terminal', async () => {
    const results = await Promise.all([cli(['\x1b[2J']), cli(['validate', '\x1b[2J.yaml']), cli(['runs', 'show', '\x1b[2J'])]);

    for (const { stderr } of results) {
      expect(stderr).not.toContain('\x1b');
      expect(stderr).toContain('\\x1b[2J');
    }
  });

  it.each([
    [['--help'], 'hexdag validate pipelines'],
    [['validate', '--help'], 'hexdag validate pipelines'],
    [['plan', '--help'], 'hexdag plan pipelines/'],
    [['lint', '--help'], 'hexdag lint pipelines'],
    [['schema', '--help'], 'hexdag schema --output-file'],
    [['init', '--help'], 'hexdag init order-intake'],
    [['send', '--help'], 'hexdag send orders'],
    [['runs', '--help'], 'hexdag runs list'],
    [['runs', 'list', '--help'], 'hexdag runs list --status failed'],
    [['runs', 'show', '--help'], 'hexdag runs show'],
  ])('explains itself with an example: %j', async (args, example) => {
    const { exitCode, stdout, stderr } = await cli(args);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Usage: hexdag');
    expect(stdout).toContain(`  ${example}`);
  });

  it('CL14: ends quietly when nobody reads its output any more', async () => {
    const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.mjs');
    const child = spawn(process.execPath, [program, 'validate', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));

    child.stdout.destroy();
    const [code] = await once(child, 'close');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(['start', 'demo', 'bench'])('hands the arguments of %s on to the program', async (name) => {
    const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.mjs');
    const child = spawn(process.execPath, [program, name, '--help'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));

    const [code] = await once(child, 'close');

    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: hexdag ${name}`);
  });
});
