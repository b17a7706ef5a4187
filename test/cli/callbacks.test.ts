import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { json, TestHttpServer } from '../adapters/http/http-server.ts';
import { cli } from './cli.ts';

const CALLBACK = {
  eventId: 'run-1.completed',
  type: 'hexdag.run.completed',
  runId: 'run-1',
  since: '2026-01-01T00:00:00.000Z',
  attempts: 12,
  failure: { code: 'http_status', message: 'It answered 500.' },
};

let answer: unknown;
let server: TestHttpServer;

beforeAll(async () => {
  server = await TestHttpServer.start((_request, response) => json(response, answer));
});

afterEach(() => {
  server.requests.length = 0;
});

afterAll(() => server.close());

function callbacks(args: readonly string[], body: unknown) {
  answer = body;
  return cli(['callbacks', ...args], { environment: { HEXDAG_URL: server.origin } });
}

describe('hexdag callbacks', () => {
  it('lists what is given up', async () => {
    const { exitCode, stdout } = await callbacks(['list'], { callbacks: [CALLBACK] });

    expect(exitCode).toBe(0);
    expect(server.requests[0]?.url).toBe('/api/callbacks?limit=100');
    expect(stdout).toMatch(/run-1\.completed +hexdag\.run\.completed +run-1 +2026-01-01T00:00:00\.000Z +12 +http_status/);
  });

  it('says that nothing is', async () => {
    const { stdout } = await callbacks(['list'], { callbacks: [] });

    expect(stdout).toBe('Nothing is given up.\n');
  });

  it('has them delivered again', async () => {
    const { exitCode, stdout } = await callbacks(['redrive'], { redriven: 2 });

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '2 events will be delivered again.\n' });
    expect(server.requests).toMatchObject([{ method: 'POST', url: '/api/callbacks/redrive' }]);
  });

  it.each([
    [['list'], { callbacks: [CALLBACK] }],
    [['redrive'], { redriven: 1 }],
  ])('%j gives JSON as the app gave it', async (args, body) => {
    const { stdout } = await callbacks([...args, '--output', 'json'], body);

    expect(JSON.parse(stdout)).toEqual(body);
  });
});
