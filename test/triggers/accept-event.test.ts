import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../src/canonical-json.ts';
import type { JsonValue } from '../../src/json.ts';
import { INSTANCE_ID_PATTERN } from '../../src/limits.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import { toJsonSchema } from '../../src/pipeline/schema-form.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { acceptEvent } from '../../src/triggers/accept-event.ts';
import type { Event } from '../../src/triggers/event.ts';
import { readInput } from '../../src/triggers/json-schema.ts';
import { read } from '../../src/triggers/rejection.ts';
import { runId } from '../../src/triggers/run-id.ts';
import type { StartablePipeline } from '../../src/triggers/trigger.ts';
import { createTrigger, createWorld, orderPipeline } from './fixtures.ts';

function createEvent(data: JsonValue, key = 'm-1'): Event {
  return {
    key,
    type: 'order.placed',
    source: '/service-bus/orders',
    data,
    properties: {},
    payloadHash: canonicalHash(data),
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

describe('the run id', () => {
  it.each(['a/b?c#d\\e', '', 'ключ', 'x'.repeat(1_000)])('of key %j is fit for an orchestration', (key) => {
    const id = runId('orders', key);

    expect(id).toMatch(INSTANCE_ID_PATTERN);
    expect(id).toHaveLength(40);
  });

  it('differs by trigger and by key, and never by where one ends and the other begins', () => {
    const ids = new Set([runId('a', 'bc'), runId('ab', 'c'), runId('a', 'b'), runId('abc', '')]);

    expect(ids.size).toBe(4);
  });
});

describe('accepting an event', () => {
  it('claims the run, stores its plan, and starts it', async () => {
    const world = createWorld();
    const event = { ...createEvent({ orderId: 'A1' }), correlationId: 'c-1' };

    const acceptance = await acceptEvent(event, createTrigger(), world);

    const id = runId('orders', 'm-1');
    expect(acceptance).toEqual({ kind: 'started', runId: id });
    expect(await world.runs.read(id)).toEqual({
      runId: id,
      pipeline: 'order',
      planHash: orderPipeline.planHash,
      trigger: 'orders',
      eventKey: 'm-1',
      eventType: 'order.placed',
      eventSource: '/service-bus/orders',
      correlationId: 'c-1',
      payloadHash: event.payloadHash,
      input: { value: { orderId: 'A1' } },
      status: 'accepted',
      acceptedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(await world.plans.load(orderPipeline.planHash)).toEqual(orderPipeline.plan);
    expect(world.orchestrations.started).toEqual([
      {
        runId: id,
        pipeline: 'order',
        planHash: orderPipeline.planHash,
        eventKey: 'm-1',
        input: { value: { orderId: 'A1' } },
        recovering: false,
      },
    ]);
  });

  it('starts the pipeline that the event names, and refuses the same key for another one', async () => {
    const world = createWorld();
    const refund: StartablePipeline = {
      name: 'refund',
      file: 'pipelines/refund.yaml',
      planHash: 'b'.repeat(64),
      plan: { format: 1, pipeline: 'refund', nodes: [] },
    };
    const trigger = createTrigger({ alternatives: [refund] });
    const named = (pipeline: string): Event => ({ ...createEvent({ a: 1 }), properties: { pipeline } });

    const outcomes = [];
    for (const event of [named('refund'), named('order'), createEvent({ a: 1 })]) {
      outcomes.push(await acceptEvent(event, trigger, world));
    }

    const id = runId('orders', 'm-1');
    expect(outcomes).toMatchObject([
      { kind: 'started', runId: id },
      { kind: 'rejected', rejection: { code: 'idempotency_payload_mismatch', runId: id } },
      { kind: 'duplicate', runId: id },
    ]);
    expect(world.orchestrations.started).toMatchObject([{ pipeline: 'refund', planHash: refund.planHash }]);
    expect(await world.plans.load(refund.planHash)).toEqual(refund.plan);
  });

  it('stores no run before its plan, and the plan again after a failure', async () => {
    const world = createWorld();
    const failures = [new DependencyUnavailableError('down')];
    const plans = {
      save: async (hash: string, plan: Plan) => {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        await world.plans.save(hash, plan);
      },
      load: async () => null,
    };
    const trigger = createTrigger();

    const first = acceptEvent(createEvent(1, 'a'), trigger, { ...world, plans });
    await expect(first).rejects.toThrow('down');
    const before = await world.runs.read(runId('orders', 'a'));
    await acceptEvent(createEvent(1, 'a'), trigger, { ...world, plans });
    const after = await world.runs.read(runId('orders', 'a'));

    expect(before).toBeNull();
    expect(await world.plans.load(after?.planHash ?? '')).not.toBeNull();
  });

  it('answers a second delivery with the same run and starts nothing', async () => {
    const world = createWorld();
    await acceptEvent(createEvent({ a: 1 }), createTrigger(), world);
    await world.runs.markStarted(runId('orders', 'm-1'), '2026-01-01T01:00:00.000Z');

    const acceptance = await acceptEvent(createEvent({ a: 1 }), createTrigger(), world);

    expect(acceptance).toEqual({ kind: 'duplicate', runId: runId('orders', 'm-1') });
    expect(world.orchestrations.started).toHaveLength(1);
  });

  it('does not start a finished run again', async () => {
    const world = createWorld();
    const id = runId('orders', 'm-1');
    await acceptEvent(createEvent({ a: 1 }), createTrigger(), world);
    await world.runs.finish(id, { status: 'completed', finishedAt: '2026-01-01T00:00:01.000Z', outbox: [] });
    world.orchestrations.states.set(id, 'ended');

    const acceptance = await acceptEvent(createEvent({ a: 1 }), createTrigger(), world);

    expect(acceptance.kind).toBe('duplicate');
    expect(world.orchestrations.started).toHaveLength(1);
  });

  it('starts the run on redelivery if the process died between claim and start', async () => {
    const world = createWorld();
    world.orchestrations.failures.push(new Error('the process dies here'));
    await expect(acceptEvent(createEvent({ a: 1 }), createTrigger(), world)).rejects.toThrow('dies');

    const acceptance = await acceptEvent(createEvent({ a: 1 }), createTrigger(), world);

    expect(acceptance.kind).toBe('duplicate');
    expect(world.orchestrations.started).toMatchObject([{ runId: runId('orders', 'm-1'), recovering: true }]);
  });

  it('recovers with the plan and input of the claim, not with those of a later deployment', async () => {
    const world = createWorld();
    world.orchestrations.failures.push(new Error('the process dies here'));
    await expect(acceptEvent(createEvent({ a: 1 }), createTrigger(), world)).rejects.toThrow('dies');
    const redeployed = createTrigger({ pipeline: { ...orderPipeline, planHash: 'b'.repeat(64) }, input: () => read('mapped') });

    await acceptEvent(createEvent({ a: 1 }), redeployed, world);

    expect(world.orchestrations.started).toMatchObject([{ planHash: orderPipeline.planHash, input: { value: { a: 1 } } }]);
  });

  it('lets exactly one of two concurrent deliveries start the run', async () => {
    const world = createWorld();

    const acceptances = await Promise.all([1, 2, 3].map(() => acceptEvent(createEvent({ a: 1 }), createTrigger(), world)));

    expect(acceptances.map(({ kind }) => kind).sort()).toEqual(['duplicate', 'duplicate', 'started']);
    expect(world.orchestrations.started).toHaveLength(1);
  });

  it('refuses other content under the same key and names the run that has it', async () => {
    const world = createWorld();
    await acceptEvent(createEvent({ a: 1 }), createTrigger(), world);

    const acceptance = await acceptEvent(createEvent({ a: 2 }), createTrigger(), world);

    const id = runId('orders', 'm-1');
    expect(acceptance).toMatchObject({
      kind: 'rejected',
      rejection: { code: 'idempotency_payload_mismatch', runId: id, message: expect.stringContaining(id) },
    });
    expect(world.orchestrations.started).toHaveLength(1);
  });

  it('keeps a large input as an artifact, even when it comes again in another spelling', async () => {
    const world = createWorld();
    const filler = 'x'.repeat(40_000);

    await acceptEvent(createEvent({ a: 1, filler }), createTrigger(), world);
    const repeated = await acceptEvent(createEvent({ filler, a: 1 }), createTrigger(), world);

    const run = await world.runs.read(runId('orders', 'm-1'));
    const reference = run !== null && 'blob' in run.input ? run.input.blob : undefined;
    const content = await world.artifacts.get(reference?.name ?? 'none');
    expect(JSON.parse(Buffer.from(content ?? []).toString())).toEqual({ a: 1, filler });
    expect(repeated.kind).toBe('duplicate');
  });

  it("gives the run the trigger's input, and the event its own hash", async () => {
    const world = createWorld();
    const trigger = createTrigger({ input: () => read({ order: 'A1' }) });

    await acceptEvent(createEvent({ orderId: 'A1' }), trigger, world);

    const run = await world.runs.read(runId('orders', 'm-1'));
    expect(run).toMatchObject({ input: { value: { order: 'A1' } }, payloadHash: canonicalHash({ orderId: 'A1' }) });
  });

  it('hands data on as it is, templates and all', async () => {
    const world = createWorld();

    await acceptEvent(createEvent({ n: '{{ secrets.KEY }}' }), createTrigger(), world);

    expect(world.orchestrations.started).toMatchObject([{ input: { value: { n: '{{ secrets.KEY }}' } } }]);
  });

  it("hands on the input as the pipeline's schema makes it", async () => {
    const world = createWorld();
    const schema = toJsonSchema({ total: 'currency', note: 'str?' }, [], ({ message }) => expect.fail(message));
    const trigger = createTrigger({ pipeline: { ...orderPipeline, readInput: (input) => readInput(schema, input) } });

    await acceptEvent(createEvent({ total: '$1,200', other: 1 }), trigger, world);

    expect(world.orchestrations.started).toMatchObject([{ input: { value: { total: 1200, note: null, other: 1 } } }]);
  });

  it('takes no input for an empty one', async () => {
    const world = createWorld();
    const trigger = createTrigger({ pipeline: { ...orderPipeline, readInput: (input) => readInput({ type: 'object' }, input) } });

    await acceptEvent(createEvent(null), trigger, world);

    expect(world.orchestrations.started).toMatchObject([{ input: { value: {} } }]);
  });

  it("refuses an input that does not fit the pipeline's schema, before anything is stored", async () => {
    const world = createWorld();
    const trigger = createTrigger({ pipeline: { ...orderPipeline, readInput: (input) => readInput({ type: 'object' }, input) } });

    const acceptance = await acceptEvent(createEvent('text'), trigger, world);

    expect(acceptance).toMatchObject({ kind: 'rejected', rejection: { code: 'schema_violation' } });
    expect(await world.runs.list({ limit: 10 })).toEqual({ runs: [] });
  });
});
