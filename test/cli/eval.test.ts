import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { cli } from './cli.ts';

const ORDER = '{"order": {"total": 120}, "status": "paid"}';

describe('hexdag eval with an expression', () => {
  it.each([
    [['1 + 1'], '2\n'],
    [['--', '-1'], '-1\n'],
    [['6/2'], '3.0\n'],
    [["[1, 2.0, {'a': None}]"], '[1,2.0,{"a":null}]\n'],
    [["order.total > 100 and status == 'paid'", '--data', ORDER], 'true\n'],
    [['$input.status + input.status', '--data', ORDER], '"paidpaid"\n'],
    [['zz > 1', '--mode', 'predicate'], 'false\n'],
    [['total: {{ order.total }}', '--mode', 'template', '--data', ORDER], '"total: 120"\n'],
    [['now()', '--now', '2026-11-21T12:00:00Z'], '"2026-11-21T12:00:00.000Z"\n'],
    [['1 + 1', '--output', 'json'], '{"value":2}\n'],
  ])('%j prints %j', async (args, expected) => {
    const { exitCode, stdout, stderr } = await cli(['eval', ...args]);

    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: expected, stderr: '' });
  });

  it('reads the data from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hexdag-eval-'));
    writeFileSync(join(folder, 'order.json'), ORDER);

    const { stdout } = await cli(['eval', 'order.total', '--data', `@${join(folder, 'order.json')}`]);
    rmSync(folder, { recursive: true });

    expect(stdout).toBe('120\n');
  });

  it('shows with a caret where a mistake is', async () => {
    const { exitCode, stdout, stderr } = await cli(['eval', '[1,\n zz + 1]']);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      "expression:2:5 error name_unknown Name 'zz' is not known here.",
      '  2 |  zz + 1]',
      '    |     ^',
      '',
    ]);
  });

  it.each([
    ['with colours for a person who reads it', { stdout: false, stderr: true }, true],
    ['without them in a file, though values go to a person', { stdout: true, stderr: false }, false],
  ])('shows it %s', async (_, isTTY, expected) => {
    let stderr = '';

    await runCli(['eval', 'zz'], {
      stdout: { write: () => undefined, isTTY: isTTY.stdout },
      stderr: { write: (text) => (stderr += text), isTTY: isTTY.stderr },
      stdin: (async function* () {})(),
      environment: {},
    });

    expect(stderr.includes('\x1b[31merror')).toBe(expected);
  });

  it('tells a mistake as JSON when JSON is asked for', async () => {
    const { exitCode, stdout } = await cli(['eval', '1 +', '--output', 'json']);

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'expression_parse', message: expect.any(String), at: 3 } });
  });

  it.each([
    [['1', '--data', '{bad'], 'input_not_json'],
    [['x', '--data', '{"x": 1e400}'], 'input_not_json'],
    [['1', '--data', '[1]'], 'input_not_object'],
    [['1', '--data', '@missing.json'], 'file_not_found'],
    [['1', '--mode', 'guess'], 'option_value'],
    [['1', '--now', 'yesterday'], 'option_value'],
  ])('refuses %j as %s', async (args, code) => {
    const { exitCode, stdout, stderr } = await cli(['eval', ...args]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.startsWith(`${code}: `)).toBe(true);
  });
});

describe('hexdag eval without an expression', () => {
  it('explains itself', async () => {
    const { exitCode, stdout } = await cli(['eval', '--help']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: hexdag eval');
  });

  it('does not wait for somebody at a terminal to write requests', async () => {
    let stderr = '';
    const stdin = Object.assign((async function* () {})(), { isTTY: true });

    const exitCode = await runCli(['eval'], {
      stdout: { write: () => undefined },
      stderr: { write: (text) => (stderr += text) },
      stdin,
      environment: {},
    });

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^argument_missing: /);
  });
});

describe('hexdag eval with requests on standard input', () => {
  it.each([
    ['{"expr": "a + 1", "data": {"a": 1}}', '{"value":2}'],
    ['{"expr": "6/2", "mode": "value"}', '{"value":3.0}'],
    ['{"expr": "zz", "mode": "predicate"}', '{"value":false}'],
    ['{"expr": "{{ a }}!", "data": {"a": [1]}, "mode": "template"}', '{"value":"[1]!"}'],
    ['{"expr": "now()", "now": "2026-11-21T12:00:00Z"}', '{"value":"2026-11-21T12:00:00.000Z"}'],
    ['{"expr": "timestamp()", "now": 5000}', '{"value":5.0}'],
    ['{"expr": "a.__class__"}', expect.stringContaining('"code":"no_such_key"')],
    ['{"expr": "1 + zz"}', expect.stringMatching(/^\{"error":\{"code":"name_unknown","message":".+","at":2\}\}$/)],
    ['{"expr": "1 +', expect.stringContaining('"code":"input_not_json"')],
    ['{"expr": "x", "data": {"x": 1e400}}', expect.stringContaining('"code":"input_not_json"')],
    ['[1]', expect.stringContaining('"code":"request_invalid"')],
    ['{"data": {}}', expect.stringContaining('"code":"request_invalid"')],
    ['{"expr": "1", "data": []}', expect.stringContaining('"code":"request_invalid"')],
    ['{"expr": "1", "mode": "guess"}', expect.stringContaining('"code":"request_invalid"')],
    ['{"expr": "1", "now": "soon"}', expect.stringContaining('"code":"request_invalid"')],
    ['{"expr": "x", "data": {"__proto__": {"x": 1}}}', expect.stringContaining('"code":"name_unknown"')],
    [`{"expr": "x", "data": {"x": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`, expect.stringContaining('depth_exceeded')],
  ])('%.60s is answered with %s', async (line, expected) => {
    const { exitCode, stdout } = await cli(['eval', '-'], { stdin: `${line}\n` });

    expect(exitCode).toBe(0);
    expect(stdout.trimEnd()).toEqual(expected);
  });

  it('gives each request a line, in order, and passes empty lines over', async () => {
    const stdin = '{"expr": "1"}\n\n{"expr": "1 +"}\r\n{"expr": "3"}';

    const { stdout } = await cli(['eval'], { stdin });

    expect(stdout.split('\n').map((line) => line.slice(0, 9))).toEqual(['{"value":', '{"error":', '{"value":', '']);
  });

  it('works as the built command does, with characters split between chunks', async () => {
    const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.mjs');
    const child = spawn(process.execPath, [program, 'eval'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    const request = Buffer.from('{"expr": "len(s)", "data": {"s": "é😀"}}\n');
    const inEmoji = request.indexOf(0xf0) + 2;

    child.stdin.write(request.subarray(0, inEmoji));
    child.stdin.end(request.subarray(inEmoji));
    const [code] = await once(child, 'close');

    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"value":2}\n' });
  });
});
