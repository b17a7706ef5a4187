import { describe, expect, it } from 'vitest';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { handleServiceBusMessage } from '../../src/triggers/handle-service-bus.ts';
import { refuse } from '../../src/triggers/rejection.ts';
import { runId } from '../../src/triggers/run-id.ts';
import { createMessage, createTrigger, createWorld } from './fixtures.ts';

const LOCK_TOKEN = '00000000-0000-0000-0000-000000000001';

describe('handling a Service Bus message', () => {
  it('starts its run and settles nothing', async () => {
    const world = createWorld();

    await handleServiceBusMessage(createMessage('{"a":1}'), createTrigger(), world);

    expect(world.orchestrations.started).toMatchObject([{ runId: runId('orders', 'm-1') }]);
    expect(world.settler.refusals).toEqual([]);
  });

  it.each([
    ['an empty body', createMessage(''), 'body_empty'],
    ['a body that is no JSON', createMessage('{"orderId":"A1",}'), 'body_not_json'],
    ['a body above 256 KiB', createMessage(Buffer.alloc(262_145, 0x20)), 'body_too_large'],
    ['a message without an id', createMessage('{}', { messageId: undefined }), 'idempotency_key_missing'],
    ['a content type that is not JSON', createMessage('{}', { contentType: 'application/xml' }), 'media_type_unsupported'],
    [
      'a property that is not a number',
      createMessage('{}', { applicationProperties: { 'x-count': Number.NaN } }),
      'property_type',
    ],
  ])('dead-letters %s on its first delivery', async (_, message, code) => {
    const world = createWorld();

    await handleServiceBusMessage(message, createTrigger(), world);

    expect(world.settler.refusals).toMatchObject([{ lockToken: LOCK_TOKEN, reason: code }]);
    expect(world.orchestrations.started).toEqual([]);
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
    world.orchestrations.failures.push(new DependencyUnavailableError('the engine is away'));

    const handled = handleServiceBusMessage(createMessage('{}'), createTrigger(), world);

    await expect(handled).rejects.toBeInstanceOf(DependencyUnavailableError);
    expect(world.settler.refusals).toEqual([]);
    expect(world.lines).toEqual([]);
  });

  it('throws when the settler fails, so that the refusal is tried again', async () => {
    const world = createWorld();
    const settler = { refuse: () => Promise.reject(new DependencyUnavailableError('the broker is away')) };

    const handled = handleServiceBusMessage(createMessage(''), createTrigger(), { ...world, settler });

    await expect(handled).rejects.toThrow('the broker is away');
  });

  it('logs the last delivery that fails, with run id and code', async () => {
    const world = createWorld();
    world.orchestrations.failures.push(new DependencyUnavailableError('the engine is away'));

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
