import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { json, TestHttpServer } from '../adapters/http/http-server.ts';
import { cli } from './cli.ts';

const ENDED = {
  runId: 'run-1',
  pipeline: 'order',
  trigger: 'api:order',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  durationMs: 1_000,
  planHash: 'f00',
  event: { key: 'A1', type: 't', source: 's' },
  nodes: [],
};
const { finishedAt: _, ...OPEN } = { ...ENDED, status: 'running' };

let status = 202;
let answer: unknown;
let onRequest = () => {};
let server: TestHttpServer;
let folder: string;

beforeAll(async () => {
  server = await TestHttpServer.start((_request, response) => {
    onRequest();
    json(response, answer, status);
  });
  folder = mkdtempSync(join(tmpdir(), 'hexdag-run-actions-'));
});

afterEach(() => {
  server.requests.length = 0;
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Runs a `hexdag runs` command on an app that answers so. */
function runs(args: readonly string[], [nextStatus, body]: readonly [number, unknown], stdin = '') {
  status = nextStatus;
  answer = body;
  return cli(['runs', ...args], { stdin, environment: { HEXDAG_URL: server.origin } });
}

describe('hexdag runs start', () => {
  it('starts a run with its input and key', async () => {
    const args = ['start', 'order', '--input', '{"orderId":"A1"}', '--idempotency-key', 'A1'];

    const { exitCode, stdout } = await runs(args, [202, { runId: 'run-1', duplicate: false }]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'run-1 is started.\n' });
    expect(server.requests).toMatchObject([
      { url: '/api/pipelines/order/runs', headers: { 'idempotency-key': 'A1' }, body: '{"orderId":"A1"}' },
    ]);
  });

  it('takes the input from a file or from standard input, and says what it was started with', async () => {
    const file = join(folder, 'order.json');
    writeFileSync(file, '{"from":"file"}');
    const started = [202, { runId: 'run-1', duplicate: false }] as const;

    await runs(['start', 'order', '--input', `@${file}`], started);
    const { stdout } = await runs(['start', 'order', '--input', '@-', '--output', 'json'], started, '{"from":"stdin"}');

    expect(server.requests.map(({ body }) => body)).toEqual(['{"from":"file"}', '{"from":"stdin"}']);
    expect(JSON.parse(stdout)).toEqual({
      runId: 'run-1',
      duplicate: false,
      idempotencyKey: server.requests[1]?.headers['idempotency-key'],
    });
  });

  it('says that the run had been started before', async () => {
    const { exitCode, stdout } = await runs(['start', 'order'], [202, { runId: 'run-1', duplicate: true }]);

    expect(exitCode).toBe(0);
    expect(stdout).toBe('run-1 had been started before: the key is the same.\n');
  });

  it.each([
    [404, 'pipeline_unknown', 1],
    [422, 'schema_violation', 1],
    [400, 'idempotency_key_too_long', 2],
    [401, 'token_expired', 2],
  ])('passes on a refusal by %i %s with exit code %i', async (refusal, code, expected) => {
    const problem = { type: 'about:blank', title: 'No', status: refusal, code, detail: 'Not so.\u001b[2J' };

    const { exitCode, stderr } = await runs(['start', 'order'], [refusal, problem]);

    expect({ exitCode, stderr }).toEqual({ exitCode: expected, stderr: `${code}: Not so.\\x1b[2J\n` });
  });
});

describe('hexdag runs event', () => {
  it('gives a run its event', async () => {
    const args = ['event', 'run-1', 'approve:A/1', '--input', '{"approved":true}'];

    const { exitCode, stdout } = await runs(args, [202, { node: 'gate', duplicate: false }]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'Node gate goes on with it.\n' });
    expect(server.requests).toMatchObject([
      { method: 'POST', url: '/api/runs/run-1/events/approve%3AA%2F1', body: '{"approved":true}' },
    ]);
  });
});

describe('steering a run', () => {
  it.each([
    ['cancel', 'cancelled', 'The run is cancelled.'],
    ['suspend', 'suspended', 'The run is suspended.'],
    ['resume', 'resumed', 'The run goes on.'],
  ])('%s says why', async (action, done, text) => {
    const { exitCode, stdout } = await runs([action, 'run-1', '--reason', 'Out of stock.'], [202, { status: done }]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${text}\n` });
    expect(server.requests).toMatchObject([
      { method: 'POST', url: `/api/runs/run-1/${action}`, body: '{"reason":"Out of stock."}' },
    ]);
  });

  it('gives JSON as the app gave it', async () => {
    const { stdout } = await runs(['cancel', 'run-1', '--output', 'json'], [202, { status: 'cancelled' }]);

    expect(JSON.parse(stdout)).toEqual({ status: 'cancelled' });
  });
});

describe('hexdag runs retry', () => {
  it.each([
    [false, 'The run is at work again: retry 2.\n'],
    [true, 'The run is at work again already: retry 2.\n'],
  ])('says what became of it (duplicate: %s)', async (duplicate, text) => {
    const { exitCode, stdout } = await runs(
      ['retry', 'run-1', '--plan', 'current'],
      [202, { runId: 'run-1', retry: 2, duplicate }],
    );

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: text });
    expect(server.requests).toMatchObject([{ url: '/api/runs/run-1/retry', body: '{"plan":"current"}' }]);
  });
});

describe('hexdag runs artifacts', () => {
  const file = { name: 'run-1/pack/slip.txt', sha256: 'c'.repeat(64), bytes: 3, contentType: 'text/plain' };

  it('lists the files of a run', async () => {
    const { stdout } = await runs(['artifacts', 'run-1'], [200, { artifacts: [file] }]);
    const { stdout: none } = await runs(['artifacts', 'run-1'], [200, { artifacts: [] }]);

    expect(stdout).toBe('NAME                 TYPE        BYTES\nrun-1/pack/slip.txt  text/plain      3\n');
    expect(none).toBe('No artifacts.\n');
  });

  it('writes one to a file', async () => {
    const target = join(folder, 'slip.json');

    const { exitCode, stdout } = await runs(['artifacts', 'run-1', file.name, '--output-file', target], [200, { slip: 1 }]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `Written to ${target}.\n` });
    expect(readFileSync(target, 'utf8')).toBe('{"slip":1}');
  });

  it('prints a link to one', async () => {
    const given = { url: 'https://account.example/big?sig=s', expiresAt: '2026-01-01T00:05:00.000Z' };

    const text = await runs(['artifacts', 'run-1', file.name, '--link'], [200, given]);
    const json = await runs(['artifacts', 'run-1', file.name, '--link', '--output', 'json'], [200, given]);

    expect([text.exitCode, text.stdout]).toEqual([0, `${given.url}\n`]);
    expect(JSON.parse(json.stdout)).toEqual(given);
    expect(server.requests[0]?.url).toBe('/api/runs/run-1/artifacts/run-1/pack/slip.txt?link=true');
  });

  it('fails, and finds nothing wrong with the command, if the account refuses the link of a large one', async () => {
    const account = await TestHttpServer.start((_request, response) => json(response, {}, 403));
    const app = await TestHttpServer.start(({ url }, response) => {
      const isLink = url?.endsWith('?link=true') === true;
      const link = { url: `${account.origin}/big?sig=s`, expiresAt: '2026-01-01T00:05:00.000Z' };
      json(response, isLink ? link : { code: 'artifact_too_large', detail: 'Ask for a link.' }, isLink ? 200 : 409);
    });

    const args = ['runs', 'artifacts', 'run-1', file.name, '--output-file', join(folder, 'big')];
    const { exitCode, stderr } = await cli(args, { environment: { HEXDAG_URL: app.origin } });
    await Promise.all([account.close(), app.close()]);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^link_unusable: .* answered its link with 403/);
  });

  it('tells that the file cannot be written', async () => {
    const { exitCode, stderr } = await runs(['artifacts', 'run-1', 'run-1/x', '--output-file', folder], [200, {}]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^file_unreadable: .*is a folder/);
  });
});

describe('hexdag runs wait', () => {
  it.each([
    ['completed', 0],
    ['failed', 1],
    ['cancelled', 1],
  ])('shows a run that is %s and ends with %i', async (ended, expected) => {
    const { exitCode, stdout } = await runs(['wait', 'run-1'], [200, { ...ENDED, status: ended }]);

    expect(exitCode).toBe(expected);
    expect(stdout).toMatch(new RegExp(`Status +${ended}`));
  });

  it('ends when the time is up', async () => {
    const { exitCode, stderr } = await runs(['wait', 'run-1', '--timeout', '0'], [200, OPEN]);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^run_wait_timeout: .*goes on/);
  });

  it('ends when it is stopped, and says that the run does not', async () => {
    status = 200;
    answer = OPEN;
    let stderr = '';

    const exitCode = await runCli(['runs', 'wait', 'run-1', '--url', server.origin], {
      stdout: { write: () => undefined },
      stderr: { write: (text) => (stderr += text) },
      stdin: (async function* () {})(),
      environment: {},
      onInterrupt: (callback) => {
        onRequest = callback;
      },
    });

    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: 'Stopped waiting. The run goes on.\n' });
  });
});

describe('hexdag runs', () => {
  it.each([
    [['start', 'order', '--input', '{bad'], 'input_not_json'],
    [['start', 'order', '--idempotency-key', ''], 'idempotency_key_invalid'],
    [['start', '..'], 'pipeline_unknown'],
    [['start'], 'argument_missing'],
    [['event', '../x', 'go'], 'run_id_invalid'],
    [['event', 'run-1', '..'], 'event_key_invalid'],
    [['cancel', '../x'], 'run_id_invalid'],
    [['wait', '../x'], 'run_id_invalid'],
    [['wait', 'run-1', '--timeout', '-1'], 'option_value'],
    [['artifacts', 'run-1', 'x'], 'option_missing'],
    [['artifacts', 'run-1', '--link'], 'argument_missing'],
    [['artifacts', 'run-1', 'x', '--link', '--output-file', 'x'], 'option_value'],
    [['artifacts', 'run-1', '../x', '--output-file', 'x'], 'artifact_not_found'],
    [['artifacts', '../x'], 'run_id_invalid'],
    [['retry', 'run-1', '--plan', 'newest'], 'option_value'],
  ])('refuses %j with %s and asks nothing', async (args, code) => {
    const { exitCode, stderr } = await runs(args, [202, {}]);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${code}: `);
    expect(server.requests).toEqual([]);
  });
});
