import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wakeEvent } from '../../../src/run/wake-event.ts';
import { DurableRuns } from '../../run/durable-runs.ts';
import { node, plan, wait } from '../../run/plans.ts';

const RUN_ID = 'run-1';

/** The real client on the local engine's HTTP API. */
let world: DurableRuns;

beforeEach(async () => {
  world = new DurableRuns();
  await world.open();
});

afterEach(() => world.close());

async function waiting(): Promise<void> {
  await world.start(plan(wait('gate', 'go'), node('after', ['gate'])));
  await world.quiet();
}

async function decide(): Promise<void> {
  const decidedAt = new Date(world.clock.now()).toISOString();
  await world.waits.decide(RUN_ID, 'gate', { status: 'decided', decidedAt, payload: { value: 1 }, payloadHash: 'hash' });
  await world.orchestrations.wake(RUN_ID, wakeEvent('gate'));
  await world.quiet();
}

describe('an orchestration that waits', () => {
  it('goes on when it is woken', async () => {
    await waiting();

    await decide();

    expect(await world.orchestrations.state(RUN_ID)).toBe('ended');
    expect(await world.runs.read(RUN_ID)).toMatchObject({ status: 'completed' });
  });

  it('ends when it is terminated, and may be terminated and woken again without harm', async () => {
    await waiting();

    await world.orchestrations.terminate(RUN_ID, 'Enough.');
    await world.quiet();
    const state = await world.orchestrations.state(RUN_ID);
    await world.orchestrations.terminate(RUN_ID, 'Enough.');
    await decide();

    expect(state).toBe('ended');
    expect(await world.runs.readNodes(RUN_ID)).toEqual([]);
  });

  it('does nothing while it is suspended, and all that came meanwhile when it is resumed', async () => {
    await waiting();

    await world.orchestrations.suspend(RUN_ID, 'A break.');
    await world.quiet();
    await decide();
    const meanwhile = await world.runs.readNodes(RUN_ID);
    await world.orchestrations.resume(RUN_ID, 'On.');
    await world.quiet();

    expect(meanwhile).toEqual([]);
    expect(await world.runs.read(RUN_ID)).toMatchObject({ status: 'completed' });
  });

  it('is not begun again by a second start', async () => {
    await waiting();
    const run = await world.runs.read(RUN_ID);
    const { planHash = '', input = { value: null } } = run ?? {};

    await world.orchestrations.start({ runId: RUN_ID, pipeline: 'test', planHash, eventKey: 'A-1', input, recovering: true });
    await world.quiet();

    expect(world.tasks).toHaveLength(1);
  });
});

it('one that nobody knows need not be told anything', async () => {
  const { orchestrations } = world;

  await orchestrations.wake('nobody', 'event');
  await orchestrations.terminate('nobody', 'Enough.');
  await orchestrations.suspend('nobody', 'A break.');
  await orchestrations.resume('nobody', 'On.');

  expect(await orchestrations.state('nobody')).toBe('unknown');
});
