import { describe, expect, it, vi } from 'vitest';
import { DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { runId } from '../../../src/triggers/run-id.ts';
import { handleServiceBusMessage } from '../../../src/triggers/service-bus/handle-message.ts';
import { copyForRetry } from '../../../src/triggers/service-bus/retry-copy.ts';
import { MAX_ATTEMPTS, pauseMs, retryDelayMs } from '../../../src/triggers/service-bus/retry-delay.ts';
import type { ServiceBusSource } from '../../../src/triggers/service-bus/source.ts';
import { createMessage, createTrigger, createWorld, nextCopy, type World } from '../fixtures.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 0, 1);
const QUEUE: ServiceBusSource = { type: 'service_bus', connection: 'SB', queue: 'orders' };
const SUBSCRIPTION: ServiceBusSource = { type: 'service_bus', connection: 'SB', topic: 'events', subscription: 'billing' };
const AWAY = new DependencyUnavailableError('the store is away');

const seeds = Array.from({ length: 200 }, (_, index) => `message ${index}`);

/** Lets the store fail so many times. */
function failing(times: number, error: Error = AWAY): World {
  const world = createWorld();
  const claim = vi.spyOn(world.runs, 'claim');
  for (let time = 0; time < times; time++) claim.mockRejectedValueOnce(error);
  return world;
}

describe('the delay before another attempt', () => {
  it('doubles from a second to a quarter of an hour, spread over its second half', () => {
    const ranges = [1, 2, 5, 11, 24].map((failures) => {
      const delays = seeds.map((seed) => retryDelayMs(failures, undefined, seed));
      return { least: Math.min(...delays) / 1000, most: Math.max(...delays) / 1000 };
    });

    const longest = [1, 2, 16, 900, 900];
    expect(ranges.map(({ most }, index) => most <= (longest[index] ?? 0))).not.toContain(false);
    expect(ranges.map(({ least }, index) => least >= (longest[index] ?? 0) / 2)).not.toContain(false);
    expect(ranges.map(({ least, most }) => most - least > most / 4)).not.toContain(false);
  });

  it('is as long as the failed service asks for, within an hour', () => {
    expect(retryDelayMs(1, 30_000, 'a')).toBe(30_000);
    expect(retryDelayMs(24, 1, 'a')).toBeGreaterThan(400_000);
    expect(retryDelayMs(1, 1e12, 'a')).toBe(HOUR_MS);
  });

  it('adds up to hours over all attempts', () => {
    const totals = seeds.map((seed) =>
      Array.from({ length: MAX_ATTEMPTS }, (_, index) => retryDelayMs(index + 1, undefined, `${seed} ${index}`)).reduce(
        (sum, delay) => sum + delay,
      ),
    );

    expect(Math.min(...totals)).toBeGreaterThan(2 * HOUR_MS);
    expect(Math.max(...totals)).toBeLessThan(6 * HOUR_MS);
  });

  it('is a minute at most while the message is held', () => {
    expect(pauseMs(1, undefined, 'a')).toBeLessThanOrEqual(1_000);
    expect(pauseMs(9, undefined, 'a')).toBe(60_000);
    expect(pauseMs(1, HOUR_MS, 'a')).toBe(60_000);
  });
});

describe('the copy of a message', () => {
  const metadata = {
    messageId: 12345,
    sequenceNumber: 7,
    enqueuedTimeUtc: '2025-12-31T23:00:00Z',
    expiresAtUtc: '2026-01-02T00:00:00',
    contentType: 'application/json',
    correlationId: true,
    subject: 'placed',
    label: 'placed',
    to: 'billing',
    replyTo: 'backend',
    sessionId: 's-1',
    replyToSessionId: 's-2',
    partitionKey: 's-1',
    applicationProperties: { tenant: 'north', count: 3, express: true, nothing: null },
  };

  it('has all the original has, another id, the marks of the attempt, and what is left of its time', () => {
    const body = Buffer.from([0, 255, 1]);

    const copy = copyForRetry(createMessage(body, metadata), QUEUE, 60_000, NOW);

    expect(copy).toEqual({
      connection: 'SB',
      queue: 'orders',
      messageId: expect.stringMatching(/^retry-[0-9a-f]{40}$/),
      body,
      fields: {
        contentType: 'application/json',
        correlationId: 'true',
        subject: 'placed',
        to: 'billing',
        replyTo: 'backend',
        sessionId: 's-1',
        replyToSessionId: 's-2',
        partitionKey: 's-1',
      },
      properties: { tenant: 'north', count: 3, express: true, nothing: null, hexdagAttempt: 1, hexdagMessageId: '12345' },
      timeToLiveMs: 24 * HOUR_MS - 60_000,
      dueAt: NOW + 60_000,
    });
  });

  it('has no time to live of its own where the original had none to speak of', () => {
    const forever = { ...metadata, expiresAtUtc: '9999-12-31T23:59:59Z' };

    const copies = [forever, { ...metadata, expiresAtUtc: undefined }].map((fields) =>
      copyForRetry(createMessage('{}', fields), QUEUE, undefined, NOW),
    );

    expect(copies.map((copy) => copy?.timeToLiveMs)).toEqual([undefined, undefined]);
  });

  it('comes before the message expires, and is not made for one that is about to', () => {
    const inAMinute = { ...metadata, expiresAtUtc: '2026-01-01T00:01:00+00:00' };
    const atOnce = { ...metadata, expiresAtUtc: '2026-01-01T00:00:01Z' };

    const soon = copyForRetry(createMessage('{}', inAMinute), QUEUE, HOUR_MS, NOW);

    expect(soon).toMatchObject({ dueAt: NOW + 30_000, timeToLiveMs: 30_000 });
    expect(copyForRetry(createMessage('{}', atOnce), QUEUE, undefined, NOW)).toBeUndefined();
  });

  it('has the same id when it is made twice, and another for every attempt and every message', () => {
    const idOf = (fields: object) =>
      copyForRetry(createMessage('{}', { ...metadata, ...fields }), QUEUE, undefined, NOW)?.messageId;

    const ids = [
      {},
      { deliveryCount: 2 },
      { sequenceNumber: 8 },
      { messageId: 'a' },
      { applicationProperties: { hexdagAttempt: 1 } },
    ];

    const [first, again, ...others] = ids.map(idOf);
    expect(again).toBe(first);
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it.each<[why: string, source: ServiceBusSource, body: Uint8Array | string, fields: object]>([
    ['of a topic, whose other subscribers would get it too', SUBSCRIPTION, Buffer.from('{}'), {}],
    ['of a session, which it would leave its place in', { ...QUEUE, sessions: true }, Buffer.from('{}'), { sessionId: 's' }],
    ['with properties that cannot be sent', QUEUE, Buffer.from('{}'), { applicationProperties: { a: [1] } }],
  ])('is not made of a message %s', (_why, source, body, fields) => {
    const copy = copyForRetry(createMessage(body, { ...metadata, ...fields }), source, undefined, NOW);

    expect(copy).toBeUndefined();
  });

  it('is not made of a body that the host has made text of', () => {
    const copy = copyForRetry({ body: '{}', metadata }, QUEUE, undefined, NOW);

    expect(copy).toBeUndefined();
  });
});

describe('a message that fails for now', () => {
  it('comes again later under the key it had, as often as it takes, and starts one run', async () => {
    const world = failing(3);
    const original = createMessage('{"a":1}', { applicationProperties: { tenant: 'north' } });
    const trigger = createTrigger();

    await handleServiceBusMessage(original, trigger, world);
    for (let attempt = 0; attempt < 3; attempt++) await handleServiceBusMessage(nextCopy(world), trigger, world);
    // As after a crash between the copy and the completion.
    await handleServiceBusMessage(original, trigger, world);

    expect(world.orchestrations.started).toMatchObject([{ runId: runId('orders', 'm-1') }]);
    expect((await world.runs.list({ limit: 10 })).runs).toHaveLength(1);
    expect(world.settler.refusals).toEqual([]);
    expect(world.redelivery.copies).toEqual([]);
    expect(world.pauses).toEqual([]);
    expect(world.lines.filter(({ level }) => level === 'warn')).toMatchObject(
      [1, 2, 3].map((attempt) => ({
        message: 'message comes again later',
        properties: { trigger: 'orders', messageId: 'm-1', code: 'dependency_unavailable', attempt },
      })),
    );
  });

  it('shows its pipeline nothing of the attempts', async () => {
    const world = failing(1);
    const trigger = createTrigger({ input: ({ properties }) => ({ kind: 'read', value: properties }) });

    await handleServiceBusMessage(createMessage('{}', { applicationProperties: { tenant: 'north' } }), trigger, world);
    await handleServiceBusMessage(nextCopy(world), trigger, world);

    expect((await world.runs.read(runId('orders', 'm-1')))?.input).toEqual({ value: { tenant: 'north' } });
  });

  it('waits as long as the failed service asks', async () => {
    const world = failing(1, new DependencyUnavailableError('later', { retryAfterMs: 45_000 }));

    await handleServiceBusMessage(createMessage('{}'), createTrigger(), world);

    expect(world.redelivery.copies).toMatchObject([{ dueAt: world.clock.now() + 45_000 }]);
  });

  it('is given up after the last attempt, with the number of them', async () => {
    const world = failing(MAX_ATTEMPTS + 1);
    const trigger = createTrigger();

    await handleServiceBusMessage(createMessage('{}'), trigger, world);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) await handleServiceBusMessage(nextCopy(world), trigger, world);

    expect(world.settler.refusals).toMatchObject([
      { reason: 'retries_exhausted', description: expect.stringContaining(`the last of ${MAX_ATTEMPTS + 1} attempts`) },
    ]);
    expect(world.settler.refusals[0]?.description).toContain(runId('orders', 'm-1'));
    expect(world.redelivery.copies).toEqual([]);
  });

  it('is held for a while and given back where a copy cannot be stored', async () => {
    const world = failing(1);
    world.redelivery.failures.push(new DependencyUnavailableError('the broker is away'));

    const handled = handleServiceBusMessage(createMessage('{}', { deliveryCount: 3 }), createTrigger(), world);

    await expect(handled).rejects.toBe(AWAY);
    expect(world.pauses).toEqual([expect.any(Number)]);
    expect(world.pauses[0]).toBeGreaterThanOrEqual(2_000);
    expect(world.lines).toMatchObject([{ level: 'warn', properties: { messageId: 'm-1', error: 'the broker is away' } }]);
  });

  it.each<[what: string, source: ServiceBusSource]>([
    ['a subscription', SUBSCRIPTION],
    ['a session', { ...QUEUE, sessions: true }],
  ])('is held for a while and given back if it came from %s', async (_what, source) => {
    const world = failing(1);

    const handled = handleServiceBusMessage(createMessage('{}'), createTrigger({ source }), world);

    await expect(handled).rejects.toBe(AWAY);
    expect(world.redelivery.copies).toEqual([]);
    expect(world.pauses[0]).toBeGreaterThanOrEqual(500);
  });
});

describe('the marks of an attempt that a sender writes itself', () => {
  it('choose the key of its message, which its id would do as well, and nothing else', async () => {
    const world = createWorld();
    const trigger = createTrigger();
    const applicationProperties = { hexdagAttempt: 3, hexdagMessageId: 'theirs' };
    await handleServiceBusMessage(createMessage('{"a":1}', { messageId: 'theirs' }), trigger, world);

    await handleServiceBusMessage(createMessage('{"a":1}', { messageId: 'x', applicationProperties }), trigger, world);
    await handleServiceBusMessage(createMessage('{"a":2}', { messageId: 'y', applicationProperties }), trigger, world);

    expect(world.orchestrations.started).toHaveLength(1);
    expect(world.settler.refusals).toMatchObject([{ reason: 'idempotency_payload_mismatch' }]);
  });

  it.each([0, -1, 1.5, MAX_ATTEMPTS + 1, 1e9, '3', true, null])(
    'are not believed when the attempt is %j',
    async (hexdagAttempt) => {
      const world = failing(1);
      const applicationProperties = { hexdagAttempt, hexdagMessageId: 'theirs' };

      await handleServiceBusMessage(createMessage('{}', { messageId: 'mine', applicationProperties }), createTrigger(), world);
      await handleServiceBusMessage(nextCopy(world), createTrigger(), world);

      expect(world.orchestrations.started).toMatchObject([{ runId: runId('orders', 'mine') }]);
    },
  );

  it('only shorten the patience with its own message', async () => {
    const world = failing(1);
    const applicationProperties = { hexdagAttempt: MAX_ATTEMPTS };

    await handleServiceBusMessage(
      createMessage('{}', { applicationProperties }),
      createTrigger({ key: () => ({ kind: 'read', value: 'k' }) }),
      world,
    );

    expect(world.settler.refusals).toMatchObject([{ reason: 'retries_exhausted' }]);
  });
});
