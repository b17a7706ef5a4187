import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { order } from './orders.ts';
import { RunEvents } from './run-events.ts';
import { Stack } from './stack.ts';

let stack: Stack;
let events: RunEvents;

beforeAll(async () => {
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/pipelines' });
  events = new RunEvents(stack);
});

afterAll(async () => {
  await events?.close();
  await stack?.stop();
});

const Run = z.object({ nodes: z.array(z.object({ name: z.string(), attempt: z.number(), finishedAt: z.string() })) });

describe('a run with branches', () => {
  it('starts each node when its own dependencies have ended, though another branch still waits for its retry', async () => {
    const sender = stack.serviceBus.createSender('orders');
    await sender.sendMessages(order('R-1', { card: 'tok_flaky_2' }));
    await events.untilAll(['R-1']);

    const [event] = events.of('R-1');
    const response = await fetch(`${stack.ready.http}/api/runs/${event?.subject}`);
    const { nodes } = Run.parse(await response.json());
    const [charge, left, right] = ['charge', 'left', 'right'].map((wanted) => nodes.find(({ name }) => name === wanted));
    expect(event?.data).toMatchObject({ output: { joined: { paid: 'pay-R-1', units: 2, tracking: 'trk-R-1' } } });
    expect(charge?.attempt).toBe(3);
    expect([left, right].every((node) => (node?.finishedAt ?? '9') < (charge?.finishedAt ?? ''))).toBe(true);
  });
});

describe('a broken pipeline beside good ones', () => {
  it('is told with its place and remedy, and the others are at work', async () => {
    const response = await fetch(`${stack.ready.http}/api/health`);

    expect(await response.json()).toMatchObject({
      status: 'degraded',
      pipelines: [{ name: 'branches' }],
      diagnostics: [{ file: 'broken.yaml', code: 'step_unknown', position: { line: 6 } }],
    });
  });
});
