import { describe, expect, it, vi } from 'vitest';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import type { RunEvent } from '../../src/ports/event-publisher.ts';
import type { RunRecord } from '../../src/ports/run-store.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { sweep } from '../../src/triggers/sweep.ts';
import { createWorld, type World } from './fixtures.ts';

const PROCESS_STARTED_AT = Date.UTC(2025, 11, 31);
const SETTINGS = { minimumAgeMs: 60_000, limit: 10, processStartedAt: PROCESS_STARTED_AT, restartForMs: 3_600_000 };

async function claim(world: World, runId: string): Promise<RunRecord> {
  const run: RunRecord = {
    runId,
    pipeline: 'order',
    planHash: 'a'.repeat(64),
    trigger: 'orders',
    eventKey: runId,
    eventType: 'order.placed',
    eventSource: '/service-bus/orders',
    payloadHash: 'b'.repeat(64),
    input: { value: null },
    status: 'accepted',
    acceptedAt: new Date(world.clock.now()).toISOString(),
  };
  await world.runs.claim(run);
  return run;
}

async function finish(world: World, runId: string): Promise<RunEvent> {
  const finishedAt = new Date(world.clock.now()).toISOString();
  const event: RunEvent = {
    id: `${runId}:completed`,
    type: 'hexdag.run.completed',
    source: '/pipelines/order',
    subject: runId,
    time: finishedAt,
    data: null,
  };
  await world.runs.finish(runId, { status: 'completed', finishedAt, outbox: [event] });
  return event;
}

describe('sweeping', () => {
  it('starts a run that was claimed and never started', async () => {
    const world = createWorld();
    await claim(world, 'left');
    world.clock.advance(60_001);

    const counts = await sweep(world, SETTINGS);

    expect(counts).toEqual({ started: 1, confirmed: 0, abandoned: 0, published: 0, failed: 0 });
    expect(world.orchestrations.started).toMatchObject([{ runId: 'left', recovering: true }]);
  });

  it('keeps the records of a run that is at work, and of no other', async () => {
    const world = createWorld();
    const working = await claim(world, 'working');
    await claim(world, 'left');
    world.orchestrations.states.set('working', 'active');
    world.clock.advance(60_001);
    const keep = vi.spyOn(world.runs, 'keep');

    await sweep(world, SETTINGS);

    expect(keep.mock.calls).toEqual([[working]]);
  });

  it('leaves a young run to whoever claimed it', async () => {
    const world = createWorld();
    await claim(world, 'young');
    world.clock.advance(59_000);

    const counts = await sweep(world, SETTINGS);

    expect(counts.started).toBe(0);
  });

  it('starts at once what was accepted before this process began', async () => {
    const world = createWorld();
    await claim(world, 'left');
    world.clock.advance(1_000);

    const counts = await sweep(world, { ...SETTINGS, processStartedAt: world.clock.now() });

    expect(counts.started).toBe(1);
  });

  it('publishes at once what was finished before this process began', async () => {
    const world = createWorld();
    await claim(world, 'done');
    await finish(world, 'done');
    world.clock.advance(1_000);

    const counts = await sweep(world, { ...SETTINGS, processStartedAt: world.clock.now() });

    expect(counts.published).toBe(1);
  });

  it('does not start a run again that has ended since it was listed', async () => {
    const world = createWorld();
    const listed = await claim(world, 'quick');
    await finish(world, 'quick');
    world.orchestrations.states.set('quick', 'ended');
    vi.spyOn(world.runs, 'unconfirmed').mockResolvedValueOnce([listed]);

    const counts = await sweep(world, SETTINGS);

    expect(counts).toMatchObject({ started: 0, confirmed: 1 });
  });

  it('starts a run again that was retried lately, however long ago it was accepted', async () => {
    const world = createWorld();
    await claim(world, 'old');
    const finishedAt = new Date(world.clock.now()).toISOString();
    await world.runs.finish('old', { status: 'cancelled', finishedAt, outbox: [] });
    world.clock.advance(3_600_001);
    const run = await world.runs.read('old');
    if (run === null) throw new Error('It is there.');
    await world.runs.reopen(run, { retriedAt: new Date(world.clock.now()).toISOString(), planHash: run.planHash });
    world.orchestrations.states.set('old', 'ended');
    world.clock.advance(60_001);

    const counts = await sweep(world, SETTINGS);

    expect(counts).toMatchObject({ abandoned: 0, started: 1 });
    expect(world.orchestrations.started).toMatchObject([{ runId: 'old', retry: 1, recovering: true }]);
  });

  it('ends a run as failed whose orchestration keeps ending without an outcome', async () => {
    const world = createWorld();
    await claim(world, 'broken');
    world.orchestrations.states.set('broken', 'ended');
    world.clock.advance(3_600_001);

    const counts = await sweep(world, SETTINGS);

    expect(counts).toMatchObject({ abandoned: 1, started: 0 });
    expect(await world.runs.read('broken')).toMatchObject({ status: 'failed', error: { code: 'orchestration_ended' } });
    expect(world.publisher.published).toMatchObject([{ id: 'broken:failed', type: 'hexdag.run.failed' }]);
    expect(world.lines).toMatchObject([{ level: 'error', properties: { runId: 'broken', code: 'orchestration_ended' } }]);
  });

  it('tells which run it started', async () => {
    const world = createWorld();
    await claim(world, 'left');
    world.clock.advance(60_001);

    await sweep(world, SETTINGS);

    expect(world.lines).toMatchObject([{ level: 'info', properties: { runId: 'left' } }]);
  });

  it('confirms a run that is under way and then leaves it alone', async () => {
    const world = createWorld();
    await claim(world, 'long');
    world.orchestrations.states.set('long', 'active');
    world.clock.advance(120_000);

    const first = await sweep(world, SETTINGS);
    const second = await sweep(world, SETTINGS);

    expect(first).toMatchObject({ confirmed: 1, started: 0 });
    expect(second).toMatchObject({ confirmed: 0, started: 0 });
    expect((await world.runs.read('long'))?.status).toBe('running');
  });

  it('starts a run again whose orchestration ended without an outcome', async () => {
    const world = createWorld();
    await claim(world, 'terminated');
    world.orchestrations.states.set('terminated', 'ended');
    world.clock.advance(120_000);

    await sweep(world, SETTINGS);

    expect(world.orchestrations.started).toMatchObject([{ runId: 'terminated', recovering: true }]);
  });

  it('publishes an outbox that a dead process left, once', async () => {
    const world = createWorld();
    await claim(world, 'done');
    const event = await finish(world, 'done');
    world.clock.advance(60_001);

    const first = await sweep(world, SETTINGS);
    const second = await sweep(world, SETTINGS);

    expect(first).toMatchObject({ published: 1 });
    expect(second).toMatchObject({ published: 0 });
    expect(world.publisher.published).toEqual([event]);
  });

  it('goes on after a run that fails, and tries it again next time', async () => {
    const world = createWorld();
    await claim(world, 'a');
    await claim(world, 'b');
    world.orchestrations.failures.push(new DependencyUnavailableError('busy'));
    world.clock.advance(60_001);

    const first = await sweep(world, SETTINGS);
    const second = await sweep(world, SETTINGS);

    expect(first).toMatchObject({ started: 1, failed: 1 });
    expect(second).toMatchObject({ started: 1, confirmed: 0, failed: 0 });
    const warnings = world.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ properties: { runId: 'a', code: 'dependency_unavailable' } }]);
  });

  it('keeps an outbox whose publishing failed', async () => {
    const world = createWorld();
    await claim(world, 'done');
    await finish(world, 'done');
    world.clock.advance(60_001);
    const publisher = { publish: () => Promise.reject(new DependencyUnavailableError('busy')) };
    const relay = new OutboxRelay({ publisher, outboxes: world.outboxes, log: world.log });

    const counts = await sweep({ ...world, relay }, SETTINGS);

    expect(counts).toMatchObject({ published: 0, failed: 1 });
    expect(await world.outboxes.unpublished(new Date(world.clock.now()).toISOString(), 10)).toHaveLength(1);
  });

  it('looks at no more than its limit', async () => {
    const world = createWorld();
    for (const id of ['a', 'b', 'c']) await claim(world, id);
    world.clock.advance(60_001);

    const counts = await sweep(world, { ...SETTINGS, limit: 2 });

    expect(counts.started).toBe(2);
  });
});
