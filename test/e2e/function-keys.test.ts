import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HexdagClient } from '../../src/client/index.ts';
import { Stack } from './stack.ts';
import { untilWaiting } from './until-waiting.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/api-access' }, 'ignore', ['--enable-auth']);
});

afterAll(() => stack?.stop());

function key(): string {
  return stack.ready.functionKey ?? '';
}

async function statusOf(path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return (await fetch(`${stack.ready.http}/api/${path}`, { headers })).status;
}

describe('an app whose callers bring function keys', () => {
  it('lets nobody in without one, nor with a token, but to its health', async () => {
    const statuses = [
      await statusOf('runs'),
      await statusOf('runs', { 'x-functions-key': 'guessed' }),
      await statusOf('runs', { authorization: 'Bearer a.b.c' }),
      await statusOf('runs?code=guessed'),
      await statusOf('health'),
      await statusOf('health/ready'),
      await statusOf('nothing'),
    ];

    expect(statuses).toEqual([401, 401, 401, 401, 200, 200, 404]);
  });

  it('serves those who bring one, in the header or in the query', async () => {
    const statuses = [await statusOf('runs', { 'x-functions-key': key() }), await statusOf(`runs?limit=1&code=${key()}`)];

    expect(statuses).toEqual([200, 200]);
  });

  it('runs what they start to its end', async () => {
    const client = new HexdagClient({ url: stack.ready.http, key: key() });

    const { runId } = await client.startRun('gate', { orderId: 'A1' });
    await untilWaiting(client, runId);
    await client.sendEvent(runId, 'approve', 'yes');
    const run = await client.waitForRun(runId);

    expect(run).toMatchObject({ status: 'completed', output: { decision: 'yes' } });
  });
});
