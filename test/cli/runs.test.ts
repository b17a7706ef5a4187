import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from './cli.ts';

const SUMMARY = {
  runId: 'a1b2',
  pipeline: 'order-processing',
  trigger: 'orders',
  status: 'failed',
  acceptedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:00.250Z',
  durationMs: 250,
  error: { type: 'PermanentError', code: 'card_declined', message: 'No.\u001b[2J', retryable: false, node: 'charge' },
};
const RUN = {
  ...SUMMARY,
  output: 'A\u009b2J',
  planHash: 'f00',
  event: { key: 'order-1', type: 'order', source: '/queues/orders' },
  nodes: [
    { name: 'charge', kind: 'function_node', status: 'failed', attempt: 2, durationMs: 12, error: { code: 'card_declined' } },
  ],
};
const WAITING_RUN = {
  ...RUN,
  runId: 'c3d4',
  status: 'running',
  waiting: [
    { node: 'approve', eventKey: 'approval:42', openedAt: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z' },
    { node: 'stock', eventKey: 'delivery', openedAt: '2026-01-01T00:00:00.000Z' },
  ],
};

let server: Server;
let url: string;
let requests: IncomingMessage[];

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    const answers: Readonly<Record<string, unknown>> = {
      '/api/runs': { runs: [SUMMARY], cursor: 'next' },
      '/api/runs/a1b2': RUN,
      '/api/runs/c3d4': WAITING_RUN,
    };
    const found = answers[new URL(request.url ?? '', url).pathname];
    const problem = { status: 404, code: 'run_not_found', detail: 'There is no run of this id.\u001b[2J' };
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found ?? problem));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('hexdag runs', () => {
  it('lists runs as a table and says how to go on', async () => {
    const { exitCode, stdout } = await cli(['runs', 'list', '--url', url, '--status', 'failed', '--limit', '5']);

    expect(exitCode).toBe(0);
    expect(requests[0]?.url).toBe('/api/runs?limit=5&status=failed');
    expect(stdout.split('\n').map((line) => line.trimEnd().replace(/ {2,}/g, ' | '))).toEqual([
      'RUN | PIPELINE | STATUS | ACCEPTED | TOOK | ERROR',
      'a1b2 | order-processing | failed | 2026-01-01T00:00:00.000Z | 250 ms | card_declined',
      '',
      'More: --cursor next',
      '',
    ]);
  });

  it('asks for the runs of a pipeline, a trigger and a time', async () => {
    const filter = ['--pipeline', 'a&b', '--trigger', 'orders', '--from', '2026-01-01', '--to', '2026-02-01', '--cursor', 'next'];

    await cli(['runs', 'list', '--url', url, ...filter]);

    expect(requests[0]?.url).toBe('/api/runs?limit=20&pipeline=a%26b&trigger=orders&from=2026-01-01&to=2026-02-01&cursor=next');
  });

  it('shows a run with its nodes, and nothing that steers the terminal', async () => {
    const { exitCode, stdout } = await cli(['runs', 'show', 'a1b2', '--url', url]);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Status +failed/);
    expect(stdout).toMatch(/Error +card_declined in charge: No\.\\x1b\[2J/);
    expect(stdout).toMatch(/charge +function_node +failed +2 +12 ms +card_declined/);
  });

  it('shows what a run waits for, and until when', async () => {
    const { stdout } = await cli(['runs', 'show', 'c3d4', '--url', url]);

    expect(stdout).toMatch(/Waiting +approve for 'approval:42', until 2026-01-02T00:00:00.000Z\n/);
    expect(stdout).toMatch(/Waiting +stock for 'delivery'\n/);
  });

  it('gives JSON as the API gave it, and nothing that steers the terminal', async () => {
    const { stdout } = await cli(['runs', 'show', 'a1b2', '--url', url, '--output', 'json']);

    expect(JSON.parse(stdout)).toEqual(RUN);
    expect(stdout.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  it('passes on why the app refuses', async () => {
    const { exitCode, stderr } = await cli(['runs', 'show', 'unknown', '--url', url]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'run_not_found: There is no run of this id.\\x1b[2J\n' });
  });

  it.each([
    [['--key', 'k', '--token', 't'], {}],
    [[], { HEXDAG_KEY: 'k', HEXDAG_TOKEN: 't' }],
  ])('tells who calls, by %j or %j', async (options, environment) => {
    await cli(['runs', 'show', 'a1b2', '--url', url, ...options], { environment });

    expect(requests[0]?.headers).toMatchObject({ 'x-functions-key': 'k', authorization: 'Bearer t' });
  });

  it('finds the app where the environment says', async () => {
    const { exitCode } = await cli(['runs', 'show', 'a1b2'], { environment: { HEXDAG_URL: url } });

    expect(exitCode).toBe(0);
    expect(requests).toHaveLength(1);
  });

  it.each(['', 'orders.example', 'file:///etc/passwd'])('asks nothing of %j, which is no address of an app', async (address) => {
    const { exitCode, stderr } = await cli(['runs', 'list', '--url', address]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^url_invalid: /);
  });

  it('says that nothing answers, and what to do', async () => {
    server.close();
    server.closeAllConnections();

    const { exitCode, stderr } = await cli(['runs', 'list', '--url', url]);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^app_unreachable: .*hexdag start/);
  });
});
