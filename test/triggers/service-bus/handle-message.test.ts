import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { read, refuse } from '../../../src/triggers/rejection.ts';
import { runId } from '../../../src/triggers/run-id.ts';
import { handleServiceBusMessage } from '../../../src/triggers/service-bus/handle-message.ts';
import type { ServiceBusSource } from '../../../src/triggers/service-bus/source.ts';
import { type Trigger, triggersOf } from '../../../src/triggers/trigger.ts';
import { compileTriggers } from '../../../src/triggers/trigger-document.ts';
import { createMessage, createTrigger, createWorld, nextCopy, orderPipeline, type World } from '../fixtures.ts';

const CLAIM_CHECK = 'application/vnd.hexdag.claim-check+json; charset=utf-8';
const AWAY = new DependencyUnavailableError('the store is away');
const LOCK_TOKEN = '00000000-0000-0000-0000-000000000001';

function orderTrigger(): Trigger<ServiceBusSource> {
  const text = `
kind: Trigger
metadata: { name: orders }
spec:
  type: service_bus
  config: { queue: orders }
  pipeline: order
  key: $.orderId
  schema:
    type: object
    properties:
      orderId: { type: string, minLength: 1 }
      total: { type: number, minimum: 0 }
`;
  const { triggers, diagnostics } = compileTriggers(text, 'orders.yaml', { pipelines: [orderPipeline] });
  const compiled = triggers.map(({ trigger }) => trigger);
  const [trigger] = triggersOf(compiled, 'service_bus');
  if (trigger === undefined) throw new Error(JSON.stringify(diagnostics));
  return trigger;
}

describe('handling a Service Bus message', () => {
  it('starts its run and settles nothing', async () => {
    const world = createWorld();

    await handleServiceBusMessage(createMessage('{"a":1}'), createTrigger(), world);

    expect(world.orchestrations.started).toMatchObject([{ runId: runId('orders', 'm-1') }]);
    expect(world.settler.refusals).toEqual([]);
  });

  it.each([
    ['zero bytes', createMessage(''), 'body_empty'],
    ['a trailing comma', createMessage('{"orderId":"A1",}'), 'body_not_json'],
    ['XML', createMessage('<order id="A1"/>'), 'body_not_json'],
    ['a byte that is no UTF-8', createMessage(Buffer.from('7b2261223a22ff227d', 'hex')), 'body_encoding'],
    ['UTF-16', createMessage(Buffer.from('fffe7b007d00', 'hex')), 'body_encoding'],
    ['a list where an object is wanted', createMessage('[{"orderId":"A1"}]'), 'schema_violation'],
    ['two faults against the schema', createMessage('{"orderId":"","total":-1}'), 'schema_violation'],
    ['a key given twice', createMessage('{"orderId":"A1","orderId":"B2"}'), 'json_duplicate_key'],
    ['__proto__', createMessage('{"__proto__":{"isAdmin":true}}'), 'json_forbidden_key'],
    ['an integer beyond 2^53', createMessage('{"orderId":"A1","total":9007199254740993}'), 'number_precision'],
    ['a number without end', createMessage('{"orderId":"A1","total":1e400}'), 'number_not_finite'],
    ['100,000 brackets', createMessage('['.repeat(100_000) + ']'.repeat(100_000)), 'json_depth'],
    ['262,145 bytes', createMessage(Buffer.alloc(262_145, 0x20)), 'body_too_large'],
    ['nothing under the key path', createMessage('{"x":1}'), 'idempotency_key_missing'],
    [
      'a content type that is not JSON',
      createMessage('{"orderId":"A1"}', { contentType: 'application/xml' }),
      'media_type_unsupported',
    ],
    [
      'a charset that is not UTF-8',
      createMessage('{"orderId":"A1"}', { contentType: 'application/json; charset=latin1' }),
      'charset_unsupported',
    ],
    [
      'a property that is not a number',
      createMessage('{"orderId":"A1"}', { applicationProperties: { 'x-count': Number.NaN } }),
      'property_type',
    ],
  ])('dead-letters %s on its first delivery', async (_, message, code) => {
    const world = createWorld();
    const trigger = orderTrigger();

    await handleServiceBusMessage(message, trigger, world);

    expect(world.settler.refusals).toMatchObject([{ lockToken: LOCK_TOKEN, reason: code }]);
    expect(world.orchestrations.started).toEqual([]);
  });

  it('dead-letters a message without an id, where the trigger names no key', async () => {
    const world = createWorld();

    await handleServiceBusMessage(createMessage('{}', { messageId: undefined }), createTrigger(), world);

    expect(world.settler.refusals).toMatchObject([{ reason: 'idempotency_key_missing' }]);
  });

  it('acknowledges a duplicate and dead-letters a mismatch with the run id', async () => {
    const world = createWorld();
    await handleServiceBusMessage(createMessage('{"a":1}'), createTrigger(), world);

    await handleServiceBusMessage(createMessage('{"a":1}'), createTrigger(), world);
    await handleServiceBusMessage(createMessage('{"a":2}'), createTrigger(), world);

    expect(world.settler.refusals).toEqual([
      {
        lockToken: LOCK_TOKEN,
        reason: 'idempotency_payload_mismatch',
        description: expect.stringContaining(runId('orders', 'm-1')),
      },
    ]);
  });

  it('acknowledges a message that its trigger ignores', async () => {
    const world = createWorld();

    await handleServiceBusMessage(createMessage('{}'), createTrigger({ when: () => read(false) }), world);

    expect(world.settler.refusals).toEqual([]);
    expect(await world.runs.list({ limit: 10 })).toEqual({ runs: [] });
  });

  it('clips a long description to 4,096 characters and shows that it did', async () => {
    const world = createWorld();
    const trigger = createTrigger({ key: () => refuse('mapping_failed', 'x'.repeat(10_000)) });

    await handleServiceBusMessage(createMessage('{}'), trigger, world);

    const description = world.settler.refusals[0]?.description;
    expect(description).toHaveLength(4_096);
    expect(description).toMatch(/x…$/);
  });

  it('throws what a dependency refuses for good, so that the message comes again', async () => {
    const world = createWorld();
    vi.spyOn(world.runs, 'claim').mockRejectedValueOnce(new DependencyRefusedError('no such container'));

    const handled = handleServiceBusMessage(createMessage('{}'), createTrigger(), world);

    await expect(handled).rejects.toBeInstanceOf(DependencyRefusedError);
    expect(world.settler.refusals).toEqual([]);
    expect(world.redelivery.copies).toEqual([]);
    expect(world.pauses).toEqual([]);
    expect(world.lines).toEqual([]);
  });

  it('is done with a message whose run is stored, though the engine is away: the sweeper starts it', async () => {
    const world = createWorld();
    world.orchestrations.failures.push(new DependencyUnavailableError('the engine is away'));

    await handleServiceBusMessage(createMessage('{}'), createTrigger(), world);

    const id = runId('orders', 'm-1');
    expect(await world.runs.read(id)).toMatchObject({ status: 'accepted' });
    expect(world.lines[0]).toMatchObject({ level: 'warn', properties: { runId: id, code: 'dependency_unavailable' } });
  });

  it('names the refused message in the log', async () => {
    const world = createWorld();

    await handleServiceBusMessage(createMessage('', { messageId: 'm-7' }), createTrigger(), world);

    expect(world.lines).toMatchObject([
      { level: 'warn', properties: { trigger: 'orders', code: 'body_empty', messageId: 'm-7', deliveryCount: 1 } },
    ]);
  });

  it('throws when the settler fails, so that the refusal is tried again', async () => {
    const world = createWorld();
    const settler = { refuse: () => Promise.reject(new DependencyUnavailableError('the broker is away')) };

    const handled = handleServiceBusMessage(createMessage(''), createTrigger(), { ...world, settler });

    await expect(handled).rejects.toThrow('the broker is away');
  });

  it.each([
    ['storing the input', (world: World) => vi.spyOn(world.artifacts, 'put').mockRejectedValueOnce(AWAY)],
    ['storing the plan', (world: World) => vi.spyOn(world.plans, 'save').mockRejectedValueOnce(AWAY)],
    ['storing the run', (world: World) => vi.spyOn(world.runs, 'claim').mockRejectedValueOnce(AWAY)],
  ])('dead-letters a message whose last delivery fails at %s, with run id, stage and code', async (stage, fail) => {
    const world = createWorld();
    fail(world);
    const message = createMessage(JSON.stringify({ text: 'x'.repeat(40_000) }), { deliveryCount: 10 });

    await handleServiceBusMessage(message, createTrigger(), world);

    const id = runId('orders', 'm-1');
    const [refusal] = world.settler.refusals;
    expect(refusal).toMatchObject({ lockToken: LOCK_TOKEN, reason: 'retries_exhausted' });
    expect(refusal?.description).toContain(`Run ${id} could not be accepted: ${stage} failed with dependency_unavailable`);
    expect(refusal?.description).not.toContain(AWAY.message);
    expect(world.lines).toMatchObject([
      { level: 'error', properties: { code: 'retries_exhausted', runId: id, stage, cause: 'dependency_unavailable' } },
    ]);
  });

  it('dead-letters a message whose last delivery cannot read the claimed body', async () => {
    const world = createWorld();
    vi.spyOn(world.claimChecks, 'read').mockRejectedValueOnce(AWAY);
    const message = createMessage('{"blob":"a.json"}', { contentType: CLAIM_CHECK, deliveryCount: 10 });

    await handleServiceBusMessage(message, createTrigger(), world);

    expect(world.settler.refusals).toMatchObject([
      { reason: 'retries_exhausted', description: expect.stringContaining('reading the claimed body failed') },
    ]);
  });

  it('leaves the last delivery to the broker if it cannot even be dead-lettered, and says so', async () => {
    const world = createWorld();
    vi.spyOn(world.runs, 'claim').mockRejectedValueOnce(AWAY);
    vi.spyOn(world.settler, 'refuse').mockRejectedValueOnce(new DependencyUnavailableError('no settlement'));

    const handled = handleServiceBusMessage(createMessage('{}', { deliveryCount: 10 }), createTrigger(), world);

    await expect(handled).rejects.toThrow('no settlement');
    expect(world.lines).toMatchObject([
      { level: 'error', properties: { reason: 'retries_exhausted', runId: runId('orders', 'm-1'), stage: 'storing the run' } },
    ]);
  });

  it('throws when it has to refuse a message whose lock it does not know', async () => {
    const world = createWorld();

    const handled = handleServiceBusMessage(createMessage('', { lockToken: undefined }), createTrigger(), world);

    await expect(handled).rejects.toMatchObject({ code: 'lock_token_missing' });
  });

  it('never settles with a lock token that a body handed over as text may have brought', async () => {
    const world = createWorld();
    const message = { body: '{"lockToken":"another-message"}', metadata: { lockToken: 'another-message' } };

    const handled = handleServiceBusMessage(message, createTrigger(), world);

    await expect(handled).rejects.toMatchObject({ code: 'lock_token_missing' });
    expect(world.settler.refusals).toEqual([]);
  });

  it('warns once of malformed traceparents and starts the runs', async () => {
    const world = createWorld();
    const trigger = createTrigger();
    const applicationProperties = { traceparent: '00-zz-zz-01' };

    await handleServiceBusMessage(createMessage('{}', { messageId: 'a', applicationProperties }), trigger, world);
    await handleServiceBusMessage(createMessage('{}', { messageId: 'b', applicationProperties }), trigger, world);

    expect(world.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(world.orchestrations.started).toHaveLength(2);
  });

  it('never logs the body', async () => {
    const world = createWorld();

    await handleServiceBusMessage(createMessage('{"password":"hunter2",}'), createTrigger(), world);

    expect(JSON.stringify([world.lines, world.settler.refusals])).not.toContain('hunter2');
  });
});

describe('handling a claim check', () => {
  it('starts the run of the body it stands for, whose content counts for duplicates', async () => {
    const world = createWorld();
    const body = `{"orderId":"A1","filling":"${'x'.repeat(300_000)}"}`;
    world.claimChecks.leave('a.json', Buffer.from(body));
    world.claimChecks.leave('b.json', Buffer.from(` ${body}`));
    const [first, again] = ['a.json', 'b.json'].map((blob) =>
      createMessage(JSON.stringify({ blob }), { contentType: CLAIM_CHECK }),
    );
    if (first === undefined || again === undefined) throw new Error('Two messages were made.');

    await handleServiceBusMessage(first, orderTrigger(), world);
    await handleServiceBusMessage(again, orderTrigger(), world);

    expect(world.settler.refusals).toEqual([]);
    expect(world.orchestrations.started).toMatchObject([{ runId: runId('orders', 'A1') }]);
    expect((await world.runs.read(runId('orders', 'A1')))?.input).toMatchObject({ blob: { bytes: expect.any(Number) } });
  });

  it.each([
    ['no JSON', '{"orderId":"A1",}', {}, 'body_not_json'],
    ['nothing', '', {}, 'body_empty'],
    ['what does not fit the schema', '{"orderId":""}', {}, 'schema_violation'],
    ['no key', '{"total":1}', {}, 'idempotency_key_missing'],
    ['something of another type', '{"orderId":"A1"}', { contentType: 'text/csv' }, 'media_type_unsupported'],
    ['another claim check', '{"blob":"a.json"}', { contentType: CLAIM_CHECK }, 'media_type_unsupported'],
    ['a CloudEvent without an id', '{"specversion":"1.0"}', { contentType: 'application/cloudevents+json' }, 'attribute_missing'],
  ])('dead-letters it if the blob holds %s', async (_, content, more, code) => {
    const world = createWorld();
    world.claimChecks.leave('a.json', Buffer.from(content));
    const message = createMessage(JSON.stringify({ blob: 'a.json', ...more }), { contentType: CLAIM_CHECK });

    await handleServiceBusMessage(message, orderTrigger(), world);

    expect(world.settler.refusals).toMatchObject([
      { lockToken: LOCK_TOKEN, reason: code, description: expect.stringContaining('The body is the blob "a.json".') },
    ]);
  });

  it('holds two claimed bodies at a time, whatever becomes of them', async () => {
    const world = createWorld();
    let held = 0;
    let most = 0;
    vi.spyOn(world.claimChecks, 'read').mockImplementation(async () => {
      most = Math.max(most, ++held);
      await setImmediate();
      held -= 1;
      throw AWAY;
    });
    const messages = Array.from({ length: 7 }, () => createMessage('{"blob":"a.json"}', { contentType: CLAIM_CHECK }));

    await Promise.all(messages.map((message) => handleServiceBusMessage(message, orderTrigger(), world)));

    expect(most).toBe(2);
    expect(world.redelivery.copies).toHaveLength(7);
  });

  it('takes no id for a key that has lost digits on its way here, not even after waiting for the blob', async () => {
    const world = createWorld();
    const messageId = Number('12345678901234567890');
    const claim = createMessage('{"blob":"late.json"}', { contentType: CLAIM_CHECK, messageId });

    await handleServiceBusMessage(claim, createTrigger(), world);
    world.claimChecks.leave('late.json', Buffer.from('{"orderId":"A1"}'));
    await handleServiceBusMessage(nextCopy(world), createTrigger(), world);

    expect(world.orchestrations.started).toEqual([]);
    expect(world.settler.refusals).toMatchObject([{ reason: 'idempotency_key_missing' }]);
  });

  it('waits for a blob that is written late', async () => {
    const world = createWorld();
    const claim = createMessage('{"blob":"late.json"}', { contentType: CLAIM_CHECK });

    await handleServiceBusMessage(claim, orderTrigger(), world);
    const started = world.orchestrations.started.length;
    world.claimChecks.leave('late.json', Buffer.from('{"orderId":"A1"}'));
    await handleServiceBusMessage(nextCopy(world), orderTrigger(), world);

    expect(started).toBe(0);
    expect(world.settler.refusals).toEqual([]);
    expect(world.orchestrations.started).toHaveLength(1);
  });

  it('gives up a blob that three attempts did not find', async () => {
    const world = createWorld();

    await handleServiceBusMessage(createMessage('{"blob":"late.json"}', { contentType: CLAIM_CHECK }), orderTrigger(), world);
    await handleServiceBusMessage(nextCopy(world), orderTrigger(), world);
    const early = world.settler.refusals.length;
    await handleServiceBusMessage(nextCopy(world), orderTrigger(), world);

    expect(early).toBe(0);
    expect(world.settler.refusals).toMatchObject([{ reason: 'claim_not_found' }]);
    expect(world.redelivery.copies).toEqual([]);
  });
});
