import { beforeEach, describe, expect, it } from 'vitest';
import { listCallbacks, REDRIVE_LIMIT, redriveCallbacks } from '../../src/api/callbacks.ts';
import { callbackList, redriveAnswer } from '../../src/api/schemas/callbacks.ts';
import type { KeptCallback } from '../../src/ports/callback-store.ts';
import { runEvent } from '../conformance/records.ts';
import { createWorld, type World } from '../triggers/fixtures.ts';
import { createRequest } from './fixtures.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

async function keep(index: number, change: Partial<KeptCallback> = {}): Promise<void> {
  const failure = { code: 'http_status', message: 'It answered 503.' };
  const keptAt = new Date(Date.UTC(2025, 0, 1) + index).toISOString();
  await world.callbacks.update({ event: runEvent(`run-${index}`), attempts: 80, keptAt, due: null, failure, ...change });
}

describe('callbacks that were given up', () => {
  it('are listed, the oldest first, with why; those that are still tried are not', async () => {
    await keep(1);
    await keep(0);
    await keep(2, { due: '2026-01-02T00:00:00.000Z' });

    const all = await listCallbacks(createRequest(), world);
    const one = await listCallbacks(createRequest({ query: 'limit=1' }), world);

    const { callbacks } = callbackList.parse(all.body);
    expect(callbacks.map(({ eventId }) => eventId)).toEqual(['run-0:completed', 'run-1:completed']);
    expect(callbacks[0]).toMatchObject({
      type: 'hexdag.run.completed',
      runId: 'run-0',
      attempts: 80,
      failure: { code: 'http_status' },
    });
    expect(callbackList.parse(one.body).callbacks).toHaveLength(1);
  });

  it('are due again when an operator says so, with as much patience as the first time', async () => {
    await keep(0);

    const answer = await redriveCallbacks(createRequest(), world);
    world.clock.advance(1);

    const now = '2026-01-01T00:00:00.000Z';
    expect(answer).toMatchObject({ status: 202, body: { redriven: 1 } });
    expect(await world.callbacks.givenUp(10)).toEqual([]);
    expect(await world.callbacks.due(new Date(world.clock.now()).toISOString(), 10)).toEqual([
      { event: runEvent('run-0'), attempts: 0, keptAt: now, due: now },
    ]);
  });

  it('are redriven no more at once than can be answered in time', async () => {
    for (let index = 0; index < REDRIVE_LIMIT + 30; index += 1) await keep(index);

    const answers = [await redriveCallbacks(createRequest(), world), await redriveCallbacks(createRequest(), world)];

    expect(answers.map(({ body }) => redriveAnswer.parse(body).redriven)).toEqual([REDRIVE_LIMIT, 30]);
  });

  it('are asked for with a limit that is one', async () => {
    const answer = await listCallbacks(createRequest({ query: 'limit=0' }), world);

    expect(answer).toMatchObject({ status: 400, body: { code: 'query_value' } });
  });
});
