import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countEvents, DurableApp, SYSTEM_KEY } from './driver.ts';
import { atGate, openGate } from './fixtures/app/gate.ts';

const app = new DurableApp();
beforeAll(() => app.start());
afterAll(() => app.close());

/** Starts an orchestration that waits for an event `go`. */
async function startWaiting(instanceId?: string): Promise<string> {
  const id = await app.startNew('customStatus', undefined, instanceId);
  await app.until(id, ({ customStatus }) => customStatus !== null);
  return id;
}

function webhook(method: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${app.origin}/runtime/webhooks/durabletask/${path}`, { method, headers });
}

describe('startNew', () => {
  test('starts an instance under the id it is given', async () => {
    const id = await app.client('startNew', 'input', { instanceId: 'chosen', input: { a: 1 } });
    const status = await app.ended('chosen');

    expect(id).toBe('chosen');
    expect(status).toMatchObject({ name: 'input', runtimeStatus: 'Completed', input: { a: 1 }, output: ['object', { a: 1 }] });
  });

  test('without input gives the orchestrator an empty text', async () => {
    const id = await app.client('startNew', 'input');
    const status = await app.ended(String(id));

    expect(status.output).toEqual(['string', '']);
  });

  test('passes the version on', async () => {
    const id = await app.client('startNew', 'version', { version: '1.2' });
    const status = await app.ended(String(id));

    expect(status.output).toBe('1.2');
  });

  test('refuses an id that is alive, and replaces one that has ended', async () => {
    const id = await startWaiting('once');

    const refused = await app.rpc('POST', 'orchestrators/chain/once');
    await app.rpc('POST', `instances/${id}/raiseEvent/go`);
    await app.ended(id);
    const replaced = await app.rpc('POST', 'orchestrators/chain/once');
    const status = await app.ended(id);

    expect([refused.status, replaced.status]).toEqual([409, 202]);
    expect(status).toMatchObject({ name: 'chain', output: ['a', 'b', 'c'] });
    expect(countEvents(status, 'ExecutionStarted')).toBe(1);
  });

  test.each([
    ['an unknown orchestrator', 'orchestrators/echo', undefined],
    ['an id with a slash', 'orchestrators/chain/a%2Fb', undefined],
    ['an id like an entity’s', 'orchestrators/chain/@counter@1', undefined],
    ['an id that is too long', `orchestrators/chain/${'x'.repeat(101)}`, undefined],
    ['a body that is not JSON', 'orchestrators/chain', '{'],
  ])('refuses %s', async (_, path, body) => {
    const response = await fetch(`${app.origin}/durabletask/${path}`, { method: 'POST', ...(body !== undefined && { body }) });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ Message: expect.any(String) });
  });
});

describe('getStatus', () => {
  test('tells times to the second', async () => {
    const { instanceId } = await app.run('chain');

    const status = await app.client('getStatus', instanceId);

    expect(status).toMatchObject({
      instanceId,
      runtimeStatus: 'Completed',
      output: ['a', 'b', 'c'],
      createdTime: '2026-01-01T00:00:00.000Z',
    });
  });

  test('shows the history, and results and inputs, on demand', async () => {
    const { instanceId } = await app.run('input', 'secret');
    const get = async (query: string) => (await app.rpc('GET', `instances/${instanceId}?${query}`)).json();

    const [plain, history, results, withoutInput] = [
      await get(''),
      await get('showHistory=true'),
      await get('showHistory=true&showHistoryOutput=true'),
      await get('showInput=false'),
    ];

    expect(plain).toMatchObject({ input: 'secret' });
    expect(plain).not.toHaveProperty('historyEvents');
    expect(history).toMatchObject({ historyEvents: [{ EventType: 'ExecutionStarted' }, { EventType: 'ExecutionCompleted' }] });
    expect(history).not.toHaveProperty('historyEvents.1.Result');
    expect(results).toHaveProperty('historyEvents.1.Result', '["string","secret"]');
    expect(withoutInput).toMatchObject({ input: null });
  });

  test('of the SDK returns no history, as it looks for it under another name than Azure gives it', async () => {
    const { instanceId, historyEvents } = await app.run('chain');

    const status = await app.client('getStatus', instanceId, { showHistory: true, showHistoryOutput: true });

    expect(historyEvents).not.toEqual([]);
    expect(status).not.toHaveProperty('history');
  });

  test('throws for an unknown instance', async () => {
    await expect(app.client('getStatus', 'nobody')).rejects.toThrow('HTTP 404');
  });

  test('answers 202 while the instance lives, 200 after, and 500 for a failure if asked to', async () => {
    const id = await startWaiting();
    const failed = await app.run('failing');

    const living = await app.rpc('GET', `instances/${id}`);
    const dead = await app.rpc('GET', `instances/${failed.instanceId}`);
    const reported = await app.rpc('GET', `instances/${failed.instanceId}?returnInternalServerErrorOnFailure=true`);

    expect([living.status, dead.status, reported.status]).toEqual([202, 200, 500]);
    expect(living.headers.get('retry-after')).toBe('5');
  });
});

describe('listing', () => {
  test('goes through all pages, oldest first', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `page-${String(index).padStart(3, '0')}`);
    for (const name of names) await app.startNew('input', 1, name);

    const all = await app.client('getStatusBy', { instanceIdPrefix: 'ignored by the client' });

    const listed = (all as { instanceId: string }[]).map(({ instanceId }) => instanceId);
    expect(listed.filter((id) => id.startsWith('page-'))).toEqual(names);
  });

  test('filters by prefix, status and time of creation', async () => {
    await app.rpc('POST', 'orchestrators/input/filter-a?timeout=100');
    app.clock.advance(3_600_000);
    const from = new Date(app.clock.now()).toISOString();
    await app.rpc('POST', 'orchestrators/input/filter-b?timeout=100');
    await app.rpc('POST', 'orchestrators/failing/filter-c?timeout=100');
    const list = async (query: string) => {
      const response = await app.rpc('GET', `instances/?instanceIdPrefix=filter-&${query}`);
      return ((await response.json()) as { instanceId: string }[]).map(({ instanceId }) => instanceId);
    };

    const lists = [
      await list(''),
      await list(`createdTimeFrom=${from}`),
      await list('runtimeStatus=Failed,Running'),
      await list('top=1'),
    ];

    expect(lists).toEqual([['filter-a', 'filter-b', 'filter-c'], ['filter-b', 'filter-c'], ['filter-c'], ['filter-a']]);
  });
});

describe('raiseEvent, terminate, suspend and resume', () => {
  test.each(['raiseEvent/go', 'terminate', 'suspend', 'resume'])(
    '%s answers 404 for an unknown instance and 410 for an ended one',
    async (path) => {
      const { instanceId } = await app.run('chain');

      const unknown = await app.rpc('POST', `instances/nobody/${path}`);
      const ended = await app.rpc('POST', `instances/${instanceId}/${path}`);

      expect([unknown.status, ended.status]).toEqual([404, 410]);
    },
  );

  test('an event that is not JSON is refused', async () => {
    const id = await startWaiting();

    const response = await fetch(`${app.origin}/durabletask/instances/${id}/raiseEvent/go`, { method: 'POST', body: 'plain' });

    expect(response.status).toBe(400);
  });

  test('a suspended instance keeps events until it is resumed', async () => {
    const id = await startWaiting();
    await app.client('suspend', id, 'wait');
    await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Suspended');
    await app.client('raiseEvent', id, 'go', { a: 1 });
    const suspended = await app.status(id);
    await app.client('resume', id, 'go on');
    const status = await app.ended(id);

    expect(suspended.runtimeStatus).toBe('Suspended');
    expect(countEvents(suspended, 'EventRaised')).toBe(0);
    expect(status.output).toBe('done');
  });

  test('a suspended instance can be terminated', async () => {
    const id = await startWaiting();
    await app.client('suspend', id, 'wait');
    await app.client('terminate', id, 'enough');
    const status = await app.ended(id);

    expect(status).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
  });

  test('the result of an activity that outlives its instance is dropped', async () => {
    const id = await app.startNew('gate', 'outlives');
    await atGate('outlives');
    await app.client('terminate', id, 'enough');
    await app.ended(id);
    openGate('outlives');
    await app.run('chain');
    const status = await app.status(id);

    expect(countEvents(status, 'TaskCompleted')).toBe(0);
  });
});

describe('rewind', () => {
  test('runs a failed instance again from its failure: children and used up retries too', async () => {
    const id = await app.startNew('rewindable');
    await app.ended(id);
    await app.client('rewind', id, 'fixed');
    await app.after(id, 'TimerCreated', 1);
    app.clock.advance(1_000);
    await app.after(id, 'TimerCreated', 2);
    const failedAgain = await app.ended(id);
    await app.client('rewind', id, 'fixed more');
    await app.after(id, 'TimerCreated', 1);
    app.clock.advance(1_000);
    const status = await app.ended(id);

    expect(failedAgain.runtimeStatus).toBe('Failed');
    expect(status).toMatchObject({
      runtimeStatus: 'Completed',
      output: [`${id}kept at 1`, `${id}child at 2`, `${id}retried at 4`],
    });
  });

  test('is for failed instances only', async () => {
    const { instanceId } = await app.run('chain');

    await expect(app.client('rewind', instanceId, 'why')).rejects.toThrow('"Failed" state');
    await expect(app.client('rewind', 'nobody', 'why')).rejects.toThrow("No instance with ID 'nobody'");
  });
});

describe('restart', () => {
  test('starts the same orchestration with the same input, under a new or the same id', async () => {
    const first = await app.run('input', { a: 1 });

    const renewed = (await (await app.rpc('POST', `instances/${first.instanceId}/restart`)).json()) as { id: string };
    const same = await app.rpc('POST', `instances/${first.instanceId}/restart?restartWithNewInstanceId=false`);
    const statuses = [await app.ended(renewed.id), await app.ended(first.instanceId)];

    expect(renewed.id).not.toBe(first.instanceId);
    expect(same.status).toBe(202);
    expect(statuses.map(({ output }) => output)).toEqual([first.output, first.output]);
  });
});

describe('purge', () => {
  test('forgets one ended instance, and no live one', async () => {
    const { instanceId } = await app.run('chain');
    const live = await startWaiting();

    const purged = [
      await app.client('purgeInstanceHistory', instanceId),
      await app.client('purgeInstanceHistory', instanceId),
      await app.client('purgeInstanceHistory', live),
    ];

    expect(purged).toEqual([{ instancesDeleted: 1 }, { instancesDeleted: 0 }, { instancesDeleted: 0 }]);
    expect((await app.rpc('GET', `instances/${instanceId}`)).status).toBe(404);
  });

  test('forgets all ended instances of a time and status', async () => {
    app.clock.advance(60_000);
    const from = encodeURIComponent(new Date(app.clock.now()).toISOString());
    await app.run('chain');
    await app.run('failing');
    await startWaiting();

    const failed = await app.rpc('DELETE', `instances/?createdTimeFrom=${from}&runtimeStatus=Failed`);
    const rest = await app.rpc('DELETE', `instances/?createdTimeFrom=${from}`);
    const nothing = await app.rpc('DELETE', `instances/?createdTimeFrom=${from}`);
    const unbounded = await app.rpc('DELETE', 'instances/');

    expect([await failed.json(), await rest.json()]).toEqual([{ instancesDeleted: 1 }, { instancesDeleted: 1 }]);
    expect([nothing.status, unbounded.status]).toEqual([404, 400]);
  });
});

describe('links', () => {
  test('of the check-status response work, and need the system key', async () => {
    const response = await fetch(`${app.origin}/start/chain`, { method: 'POST', body: '1' });
    const links = (await response.json()) as { id: string; statusQueryGetUri: string };
    await app.ended(links.id);

    const allowed = await fetch(links.statusQueryGetUri);
    const refused = await fetch(links.statusQueryGetUri.replace(SYSTEM_KEY, 'wrong'));

    expect([response.status, allowed.status, refused.status]).toEqual([202, 200, 401]);
    expect(await allowed.json()).toMatchObject({ output: ['a', 'b', 'c'] });
  });

  test('to every operation answer at the webhook path', async () => {
    const id = await startWaiting();
    const code = `code=${SYSTEM_KEY}`;

    const suspended = await webhook('POST', `instances/${id}/suspend?reason=x&${code}`);
    const resumed = await webhook('POST', `instances/${id}/resume?reason=x`, { 'x-functions-key': SYSTEM_KEY });
    const raised = await webhook('POST', `instances/${id}/raiseEvent/go?${code}`);
    await app.ended(id);
    const purged = await webhook('DELETE', `instances/${id}?${code}`);
    const listed = await webhook('GET', 'instances/');

    expect([suspended, resumed, raised, purged, listed].map(({ status }) => status)).toEqual([202, 202, 202, 200, 401]);
  });

  test('waitForCompletionOrCreateCheckStatusResponse answers with the output', async () => {
    const response = await fetch(`${app.origin}/start/chain?wait`, { method: 'POST', body: '1' });

    expect([response.status, await response.json()]).toEqual([200, ['a', 'b', 'c']]);
  });

  test('starting and waiting answers with the output, the failure, or links', async () => {
    const completed = await app.rpc('POST', 'orchestrators/chain?timeout=10');
    const failed = await app.rpc('POST', 'orchestrators/failing?timeout=10');
    const slow = app.rpc('POST', 'orchestrators/customStatus/slow?timeout=10');
    await app.until('slow', ({ customStatus }) => customStatus !== null && customStatus !== undefined);
    app.clock.advance(10_000);

    expect([completed.status, failed.status, (await slow).status]).toEqual([200, 500, 202]);
  });
});

test('entities are answered as not supported', async () => {
  const response = await app.rpc('GET', 'entities/counter/1');

  expect(response.status).toBe(501);
});
