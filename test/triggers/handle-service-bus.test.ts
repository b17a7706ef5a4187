import { describe, expect, it, vi } from 'vitest';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { handleServiceBusMessage } from '../../src/triggers/handle-service-bus.ts';
import { read, refuse } from '../../src/triggers/rejection.ts';
import { runId } from '../../src/triggers/run-id.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';
import { compileTriggers } from '../../src/triggers/trigger-document.ts';
import { createMessage, createTrigger, createWorld, orderPipeline } from './fixtures.ts';

const LOCK_TOKEN = '00000000-0000-0000-0000-000000000001';

function orderTrigger(): Trigger {
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
  if (triggers[0] === undefined) throw new Error(JSON.stringify(diagnostics));
  return triggers[0].trigger;
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

  it('throws what a dependency throws, so that the message comes again', async () => {
    const world = createWorld();
    vi.spyOn(world.runs, 'claim').mockRejectedValueOnce(new DependencyUnavailableError('the store is away'));

    const handled = handleServiceBusMessage(createMessage('{}'), createTrigger(), world);

    await expect(handled).rejects.toBeInstanceOf(DependencyUnavailableError);
    expect(world.settler.refusals).toEqual([]);
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

  it('logs the last delivery that fails, with run id and code', async () => {
    const world = createWorld();
    vi.spyOn(world.runs, 'claim').mockRejectedValueOnce(new DependencyUnavailableError('the store is away'));

    const handled = handleServiceBusMessage(createMessage('{}', { deliveryCount: 10 }), createTrigger(), world);

    await expect(handled).rejects.toThrow('away');
    expect(world.lines).toMatchObject([
      { level: 'error', properties: { trigger: 'orders', runId: runId('orders', 'm-1'), code: 'dependency_unavailable' } },
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
