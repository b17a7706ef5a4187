import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { order } from './orders.ts';
import { RunEvents } from './run-events.ts';
import { Stack } from './stack.ts';

let stack: Stack;
let events: RunEvents;

beforeAll(async () => {
  stack = await Stack.start();
  events = new RunEvents(stack);
});

afterAll(async () => {
  await events?.close();
  await stack?.stop();
});

/** Runs the bundled command as a user's shell does, and returns what it prints. */
async function hexdag(args: readonly string[], input = ''): Promise<string> {
  const running = promisify(execFile)(process.execPath, ['dist/cli.mjs', ...args], {
    env: { ...process.env, SB: stack.ready.serviceBus },
  });
  running.child.stdin?.end(input);
  await once(running.child, 'spawn');
  return (await running).stdout;
}

describe('the commands of the tour', () => {
  it('send an order, list its run and show it with its nodes', async () => {
    await hexdag(['send', 'orders', '-', '--id-path', 'orderId'], JSON.stringify(order('T-1').body));
    await events.untilAll(['T-1']);
    const runId = events.of('T-1')[0]?.subject ?? '';

    const listed = await hexdag(['runs', 'list', '--url', stack.ready.http]);
    const shown = await hexdag(['runs', 'show', runId, '--url', stack.ready.http]);

    expect(listed).toContain(`${runId}  order-processing  completed`);
    expect(shown).toContain('packing-slip.txt');
    for (const node of ['validate', 'price', 'reserve', 'charge', 'pack', 'ship']) expect(shown).toContain(node);
  });
});
