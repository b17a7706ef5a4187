import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countEvents, DurableApp, eventLine } from './driver.ts';
import { atGate, openGate, whenPassing } from './fixtures/app/gate.ts';

const SECOND = 1_000;
const app = new DurableApp();
beforeAll(() => app.start());
afterAll(() => app.close());

describe('activities', () => {
  test('run one after the other, each result in the history before the next is scheduled', async () => {
    const status = await app.run('chain');

    expect(status).toMatchObject({ runtimeStatus: 'Completed', output: ['a', 'b', 'c'] });
    expect(eventLine(status)).toEqual([
      'ExecutionStarted',
      'TaskScheduled 0',
      'TaskCompleted 0',
      'TaskScheduled 1',
      'TaskCompleted 1',
      'TaskScheduled 2',
      'TaskCompleted 2',
      'ExecutionCompleted',
    ]);
  });

  test('get their inputs as the orchestrator gave them', async () => {
    const inputs = ['text', '123', 'true', '', '"quoted"', 5, null, { a: [1] }, [1, 'two'], true, false, 0];

    const { output } = await app.run('echoAll', inputs);

    expect(output).toEqual([...inputs, null, null]);
  });

  test('that are scheduled together run together, and their results share episodes', async () => {
    const before = app.extension.counters()['episodes'] ?? 0;

    const { output } = await app.run('fanOut', 20);

    expect(output).toBe(190);
    expect((app.extension.counters()['episodes'] ?? 0) - before).toBeLessThan(21);
  });

  test.each([
    ['fail', "Activity function 'fail' failed: oops"],
    ['throwText', "Activity function 'throwText' failed: just text"],
    [
      'missing',
      "Activity function 'missing' failed: The function 'missing' doesn't exist, is disabled, or is not an activity function.",
    ],
    ['sub:failing', "Orchestrator function 'failing' failed: Activity function 'fail' failed: oops"],
    ['sub:missing', "The function 'missing' doesn't exist, is disabled, or is not an orchestrator function."],
  ])('that fail (%s) throw their reason where they are awaited', async (name, reason) => {
    const { output } = await app.run('catching', name);

    expect(output).toBe(reason);
  });

  test('that fail with an error the exception properties provider knows nothing of throw a plain error', async () => {
    const { output } = await app.run('detailed', { activity: 'fail' });

    expect(output).toMatch(/^Activity function 'fail' failed: oops/);
  });

  test.each(['failInDetail', 'sub'])('that fail in detail do so where they are awaited (%s)', async (activity) => {
    const { output } = await app.run('detailed', { activity });

    expect(output).toMatchObject({ errorType: 'OrderError', errorMessage: 'no stock', properties: { sku: 'A1' } });
  });

  test('of a WhenAll are all awaited before the next one starts, even if one failed early', async () => {
    const id = await app.startNew('failFast');
    await atGate('fail-fast');
    const early = await app.after(id, 'TaskFailed');
    openGate('fail-fast');
    const status = await app.ended(id);

    expect(countEvents(early, 'TaskScheduled')).toBe(2);
    expect(status.output).toEqual(["Activity function 'fail' failed: oops", 'next']);
  });
});

describe('retries', () => {
  test('wait longer after each failure and end with the first success', async () => {
    const id = await app.startNew('retry', { key: 'third', failures: 2, attempts: 5 });
    await app.after(id, 'TimerCreated', 1);
    app.clock.advance(5 * SECOND);
    await app.after(id, 'TimerCreated', 2);
    app.clock.advance(9 * SECOND);
    const waiting = await app.status(id);
    app.clock.advance(1 * SECOND);
    const status = await app.ended(id);

    expect(countEvents(waiting, 'TimerFired')).toBe(1);
    expect(status.output).toEqual(['third at 3', 'after']);
  });

  test('that are used up fail with the last failure', async () => {
    const id = await app.startNew('retry', { key: 'never', failures: 9, attempts: 2 });
    await app.after(id, 'TimerCreated', 1);
    app.clock.advance(5 * SECOND);
    const status = await app.ended(id);

    expect(status.runtimeStatus).toBe('Failed');
    expect(status.output).toContain('attempt 2');
  });

  test('of parallel tasks keep their ids apart', async () => {
    const id = await app.startNew('retriesInParallel');
    for (const timers of [3, 5, 6]) {
      await app.after(id, 'TimerCreated', timers);
      app.clock.advance(SECOND);
    }
    const status = await app.ended(id);

    expect(status.output).toEqual([[`${id}1 at 2`, `${id}2 at 3`, `${id}3 at 4`], 'fourth']);
  });

  test('go on beside what follows the Task.any they lost', async () => {
    const id = await app.startNew('leftover');
    await atGate(id);
    await app.after(id, 'TimerCreated');
    app.clock.advance(SECOND);
    await app.until(id, (status) => eventLine(status).includes('TaskCompleted 4'));
    openGate(id);
    const status = await app.ended(id);

    expect(status.output).toEqual([id, `${id} at 2`]);
  });

  test('repeat a sub-orchestration', async () => {
    const id = await app.startNew('retriedChild');
    for (const timers of [1, 2]) {
      await app.after(id, 'TimerCreated', timers);
      app.clock.advance(SECOND);
    }
    const status = await app.ended(id);

    expect(status.output).toBe(`${id} at 3`);
  });
});

describe('timers', () => {
  test('lose against an event and are cancelled', async () => {
    const id = await app.startNew('approval', true);
    await app.after(id, 'TimerCreated');
    await app.rpc('POST', `instances/${id}/raiseEvent/approved`, { by: 'me' });
    const status = await app.ended(id);

    expect(status.output).toEqual({ by: 'me' });
    expect(countEvents(status, 'TimerFired')).toBe(0);
  });

  test('win when no event comes', async () => {
    const id = await app.startNew('approval', true);
    await app.after(id, 'TimerCreated');
    app.clock.advance(60 * SECOND);
    const status = await app.ended(id);

    expect(status.output).toBe('timeout');
  });

  test('that are not cancelled keep the instance running until they fire', async () => {
    const id = await app.startNew('approval', false);
    await app.after(id, 'TimerCreated');
    await app.rpc('POST', `instances/${id}/raiseEvent/approved`, 'yes');
    const answered = await app.after(id, 'EventRaised');
    app.clock.advance(60 * SECOND);
    const status = await app.ended(id);

    expect(answered.runtimeStatus).toBe('Running');
    expect(status).toMatchObject({ runtimeStatus: 'Completed', output: 'yes' });
  });

  test('in the past fire at once', async () => {
    const { output } = await app.run('sleep', -1);

    expect(output).toBe(0);
  });

  test('of 40 days are made of parts of three days and end on time', async () => {
    const day = 86_400_000;
    const id = await app.startNew('sleep', 40 * day);
    for (let part = 1; part <= 12; part += 1) {
      await app.after(id, 'TimerCreated', part);
      app.clock.advance(3 * day);
    }
    await app.after(id, 'TimerCreated', 13);
    app.clock.advance(4 * day);
    const status = await app.ended(id);

    expect(status.output).toBe(40 * day);
    expect(countEvents(status, 'TimerCreated')).toBe(13);
  });
});

describe('external events', () => {
  test('that come early wait, in their order', async () => {
    const id = await app.startNew('twoEvents');
    await app.rpc('POST', `instances/${id}/raiseEvent/go`, 1);
    await app.rpc('POST', `instances/${id}/raiseEvent/go`, 2);
    const status = await app.ended(id);

    expect(status.output).toEqual([1, 2]);
  });

  test('are matched by the exact name', async () => {
    const id = await app.startNew('customStatus');
    await app.until(id, (status) => status.customStatus !== null);
    await app.rpc('POST', `instances/${id}/raiseEvent/GO`, 1);
    const ignored = await app.after(id, 'EventRaised', 1);
    await app.rpc('POST', `instances/${id}/raiseEvent/go`, 2);
    const status = await app.ended(id);

    expect(ignored.runtimeStatus).toBe('Running');
    expect(status.output).toBe('done');
  });

  test('without data are undefined', async () => {
    const id = await app.startNew('eventWithoutData');
    await app.rpc('POST', `instances/${id}/raiseEvent/go`);
    const status = await app.ended(id);

    expect(status.output).toBe(true);
  });
});

describe('sub-orchestrations', () => {
  test('get an id made of the execution of their parent and the task', async () => {
    const status = await app.run('parent');

    expect(status.output).toEqual({ echoed: 'hello', id: expect.stringMatching(/^[0-9a-f]{32}:0$/), parent: status.instanceId });
  });

  test('keep the id they are given, which may be that of an ended one', async () => {
    await app.run('parent', 'my-child');

    const status = await app.run('parent', 'my-child');

    expect(status.output).toMatchObject({ id: 'my-child', parent: status.instanceId });
  });

  test('fail when their id is that of a live instance', async () => {
    await app.startNew('customStatus', undefined, 'taken');

    const status = await app.run('parent', 'taken');

    expect(status.runtimeStatus).toBe('Failed');
    expect(status.output).toContain('already exists');
  });

  test('live on when their parent is terminated', async () => {
    const id = await app.startNew('parentOfGate', 'orphan');
    await atGate('orphan');
    await app.rpc('POST', `instances/${id}/terminate?reason=enough`);
    const parent = await app.ended(id);
    openGate('orphan');
    const child = await app.ended(`${id}-child`);

    expect(parent).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
    expect(child).toMatchObject({ runtimeStatus: 'Completed', output: 'orphan' });
  });
});

describe('continue-as-new', () => {
  test('drops events that were raised before it and not awaited, and says so', async () => {
    const id = await app.startNew('collector');
    await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Running');
    await app.rpc('POST', `instances/${id}/suspend`);
    await app.rpc('POST', `instances/${id}/raiseEvent/other`, 'lost');
    await app.rpc('POST', `instances/${id}/raiseEvent/item`, 'kept');
    await app.rpc('POST', `instances/${id}/resume`);
    const { customStatus } = await app.until(id, (status) => status.customStatus !== null);

    expect(customStatus).toEqual(['kept']);
    expect(app.logs.map(({ message }) => message)).toContainEqual(expect.stringContaining('are lost, as in Azure: other'));
  });

  test('carries over events that came after it', async () => {
    const id = await app.startNew('collector');
    await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Running');
    await app.rpc('POST', `instances/${id}/suspend`);
    for (const item of [1, 2, 3]) await app.rpc('POST', `instances/${id}/raiseEvent/item`, item);
    await app.rpc('POST', `instances/${id}/resume`);
    const status = await app.ended(id);

    expect(status.output).toEqual([1, 2, 3]);
  });

  test('begins again with an empty history', async () => {
    const status = await app.run('generations');

    expect(status.output).toEqual({ generation: 5 });
    expect(countEvents(status, 'TaskScheduled')).toBe(1);
  });

  test('gives a text back with its quotes', async () => {
    const { output } = await app.run('quoted', 'first');

    expect(output).toBe('"second"');
  });

  test('does not see a timer of the execution before that fired while it was being cancelled', async () => {
    whenPassing('cancelled timer', () => app.clock.advance(SECOND));
    const id = await app.startNew('cancelsAndContinues');
    await app.after(id, 'TimerCreated');
    await app.rpc('POST', `instances/${id}/raiseEvent/go`);
    await atGate(id);
    openGate(id);
    const status = await app.ended(id);

    expect(status.output).toBe(id);
  });

  test('goes on receiving events', async () => {
    const id = await app.startNew('collector');
    for (const item of [1, 2, 3]) {
      await app.rpc('POST', `instances/${id}/raiseEvent/item`, item);
      await app.until(id, ({ customStatus }) => Array.isArray(customStatus) && customStatus.length === item);
    }
    const status = await app.ended(id);

    expect(status.output).toEqual([1, 2, 3]);
  });
});

describe('an orchestration fails with an explanation', () => {
  test.each([
    ['throwing', 'first line', 'at once'],
    ['throwing', 'empty message', 'Throw an Error with a message'],
    ['throwing', 'object', 'Throw an Error with a message'],
    ['throwing', 'undefined', 'is stalled'],
    ['failing', undefined, "Activity function 'fail' failed: oops"],
    ['bigOutput', undefined, 'BigInt'],
    ['drifting', undefined, "task 0 was TaskScheduled 'echo' and is now activity 'nothing'"],
    ['shrinkingAny', undefined, "the task of 'echo', which was already scheduled, into another Task.any or Task.all"],
    ['combinedTwice', undefined, "the task of 'flaky', which was already scheduled"],
    ['input', { hasOwnProperty: 1 }, 'hasOwnProperty'],
  ])('%s with %j', async (name, input, explanation) => {
    const status = await app.run(name, input);

    expect(status.runtimeStatus).toBe('Failed');
    expect(status.output).toMatch(/^Orchestrator function '/);
    expect(status.output).toContain(explanation);
  });
});

describe('the orchestrator sees', () => {
  test('text properties called Timestamp as dates', async () => {
    const { output } = await app.run('timestampInput', { Timestamp: '2026-01-01T00:00:00Z' });

    expect(output).toBe(true);
  });

  test('that it replays', async () => {
    const { output } = await app.run('replayFlags');

    expect(output).toEqual([true, false]);
  });

  test('its custom status stay when it is cleared', async () => {
    const id = await app.startNew('customStatus');
    await app.rpc('POST', `instances/${id}/raiseEvent/go`, 1);
    const status = await app.ended(id);

    expect(status.customStatus).toEqual({ step: 1 });
  });
});

describe('a growing set of open tasks', () => {
  test('lets new tasks join while others are open', async () => {
    const id = await app.startNew('growing', ['first', 'second']);
    for (const gate of ['second', 'late', 'first']) {
      await atGate(`${id}${gate}`);
      openGate(`${id}${gate}`);
      await app.until(id, (status) => countEvents(status, 'TaskCompleted') > ['second', 'late', 'first'].indexOf(gate));
    }
    const status = await app.ended(id);

    expect(status.output).toEqual([`${id}second`, `${id}late`, `${id}first`]);
    expect(countEvents(status, 'TaskScheduled')).toBe(3);
  });

  test('keeps the instance running until the last has ended, as Azure does', async () => {
    const id = await app.startNew('endsWithOpenWork');
    const returned = await app.after(id, 'TaskCompleted');
    openGate(id);
    const status = await app.ended(id);

    expect(returned.runtimeStatus).toBe('Running');
    expect(status).toMatchObject({ runtimeStatus: 'Completed', output: 'quick' });
  });
});
