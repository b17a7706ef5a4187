import { describe, expect, test } from 'vitest';
import { type Action, ActionType } from '../../../local/durable/actions.ts';
import { EventType, type HistoryEvent, stamped } from '../../../local/durable/history.ts';
import { type Replay, replay } from '../../../local/durable/replay.ts';

const SECOND = 1_000;
const LIMITS = { maximumShort: 10 * SECOND, longInterval: 5 * SECOND };

const started: HistoryEvent = {
  ...stamped(EventType.ExecutionStarted, 0),
  Name: 'o',
  Version: '',
  Input: null,
  Tags: null,
  ParentInstance: null,
  OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
};
const clock = (at: number): HistoryEvent => stamped(EventType.OrchestratorStarted, at);
const completed = (id: number): HistoryEvent => ({ ...stamped(EventType.TaskCompleted, 0), TaskScheduledId: id, Result: 'null' });
const failed = (id: number): HistoryEvent => ({
  ...stamped(EventType.TaskFailed, 0),
  TaskScheduledId: id,
  Reason: '',
  Details: '',
});
const fired = (id: number): HistoryEvent => ({ ...stamped(EventType.TimerFired, 0), TimerId: id, FireAt: '' });
const raised = (name: string): HistoryEvent => ({ ...stamped(EventType.EventRaised, 0), Name: name, Input: null });

const call = (functionName: string): Action => ({ actionType: ActionType.CallActivity, functionName });
const retried = (functionName: string, maxNumberOfAttempts: number): Action => ({
  actionType: ActionType.CallActivityWithRetry,
  functionName,
  retryOptions: {
    firstRetryIntervalInMilliseconds: SECOND,
    maxNumberOfAttempts,
    backoffCoefficient: 3,
    maxRetryIntervalInMilliseconds: 5 * SECOND,
  },
});
const timer = (at: number, isCanceled = false): Action => ({
  actionType: ActionType.CreateTimer,
  fireAt: new Date(at).toISOString(),
  isCanceled,
});
const event = (externalEventName: string): Action => ({ actionType: ActionType.WaitForExternalEvent, externalEventName });
const any = (...compoundActions: Action[]): Action => ({ actionType: ActionType.WhenAny, compoundActions });
const all = (...compoundActions: Action[]): Action => ({ actionType: ActionType.WhenAll, compoundActions });

/** `name` of each activity or `time` of each timer, by id. */
function scheduled({ scheduled: tasks }: Replay): (string | number)[] {
  return tasks.map(({ work }) => (work.kind === 'timer' ? work.fireAt : work.name));
}

function run(actions: Action[], ...events: HistoryEvent[]): Replay {
  return replay(actions, [clock(0), started, ...events], LIMITS);
}

describe('ids', () => {
  test('are given when an action is reached, not before', () => {
    const actions = [call('a'), call('b')];

    const before = run(actions);
    const after = run(actions, completed(0));

    expect([scheduled(before), scheduled(after)]).toEqual([['a'], ['a', 'b']]);
  });

  test('go from left to right and into the depth of combinators', () => {
    const result = run([all(call('a'), any(call('b'), all(call('c'))), call('d'))]);

    expect(scheduled(result)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('are not taken by events', () => {
    const result = run([any(event('e'), call('a'))]);

    expect(scheduled(result)).toEqual(['a']);
    expect(result.waiting).toBe(true);
  });
});

describe('combinators', () => {
  test('any lets the next action start with its first outcome, and its other tasks stay open', () => {
    const result = run([any(call('a'), call('b')), call('c')], failed(1));

    expect([scheduled(result), [...result.open]]).toEqual([
      ['a', 'b', 'c'],
      [0, 2],
    ]);
  });

  test('all waits for every child, also after a failure', () => {
    const actions = [all(call('a'), call('b')), call('c')];

    const waiting = run(actions, failed(0));
    const settled = run(actions, failed(0), completed(1));

    expect([scheduled(waiting), scheduled(settled)]).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
  });

  test('all over nothing is settled at once', () => {
    const result = run([all(), call('a')]);

    expect(scheduled(result)).toEqual(['a']);
  });

  test('any beside an all over nothing is settled at once, while its tasks stay open', () => {
    const result = run([any(call('a'), call('b'), all()), any(call('c'), all())], completed(1));

    expect([scheduled(result), [...result.open], result.settled]).toEqual([['a', 'b', 'c'], [0, 2], true]);
  });
});

describe('retries', () => {
  test('take an id for each attempt and one for the timer after each failure', () => {
    const result = run([retried('a', 3), call('b')], failed(0), fired(1), failed(2), fired(3), completed(4));

    expect(scheduled(result)).toEqual(['a', SECOND, 'a', 3 * SECOND, 'a', 'b']);
    expect(result.scheduled.map(({ retryOf }) => retryOf)).toEqual([undefined, 0, 0, 0, 0, undefined]);
  });

  test('end after the timer that follows the last failure', () => {
    const actions = [retried('a', 1), call('b')];

    const waiting = run(actions, clock(7), failed(0));
    const settled = run(actions, clock(7), failed(0), fired(1));

    expect([scheduled(waiting), scheduled(settled)]).toEqual([
      ['a', 7],
      ['a', 7, 'b'],
    ]);
  });

  test('never wait longer than they may', () => {
    const result = run([retried('a', 9)], failed(0), fired(1), failed(2), fired(3), failed(4));

    expect(scheduled(result).at(-1)).toBe(5 * SECOND);
  });
});

describe('timers', () => {
  test('above the limit are cut into parts, each with its own id', () => {
    const result = run([timer(12 * SECOND), call('a')], clock(5 * SECOND), fired(0), clock(12 * SECOND), fired(1));

    expect(scheduled(result)).toEqual([5 * SECOND, 12 * SECOND, 'a']);
  });

  test('that are cancelled keep their id but are not open', () => {
    const result = run([any(timer(SECOND, true), event('e'))], raised('e'));

    expect(result.scheduled).toMatchObject([{ id: 0, status: 'cancelled' }]);
    expect(result.open.size).toBe(0);
  });
});

describe('HTTP calls', () => {
  const http = (asynchronousPatternEnabled = true): Action => ({
    actionType: ActionType.CallHttp,
    httpRequest: { method: 'POST', uri: 'http://a/', asynchronousPatternEnabled },
  });
  const answered = (id: number, statusCode: number, headers: Record<string, string>): HistoryEvent => ({
    ...stamped(EventType.TaskCompleted, 0),
    TaskScheduledId: id,
    Result: JSON.stringify({ statusCode, headers, content: '' }),
  });
  const accepted = (id: number) => answered(id, 202, { Location: 'http://a/status', 'Retry-After': '2' });

  test('that are to be polled hold the id of the poll until the pause is over', () => {
    const actions = [all(http(), call('a')), call('b')];

    const paused = run(actions, accepted(0), completed(1));
    const polled = run(actions, accepted(0), completed(1), fired(2));
    const settled = run(actions, accepted(0), completed(1), fired(2), answered(3, 200, {}));

    const request = 'BuiltIn::HttpActivity';
    expect(scheduled(paused)).toEqual([request, 'a', 2 * SECOND, request]);
    expect(paused.scheduled.map(({ status }) => status)).toEqual(['due', 'due', 'due', 'held']);
    expect([polled.scheduled[3], [...polled.open]]).toMatchObject([
      { status: 'due', work: { input: { method: 'GET', uri: 'http://a/status' } } },
      [3],
    ]);
    expect(scheduled(settled).at(-1)).toBe('b');
  });

  test.each([
    ['fail', http(), failed(0)],
    ['are not to be polled', http(false), accepted(0)],
  ])('that %s are settled by their first answer', (_, action, answer) => {
    const result = run([action, call('a')], answer);

    expect(scheduled(result)).toEqual(['BuiltIn::HttpActivity', 'a']);
  });
});

describe('events', () => {
  test('that come early wait for their waiters', () => {
    const result = run([event('e'), event('e'), call('a')], raised('e'), raised('e'));

    expect(scheduled(result)).toEqual(['a']);
  });

  test('with other letters are others', () => {
    const result = run([event('e'), call('a')], raised('E'));

    expect([scheduled(result), result.unawaited]).toEqual([[], ['E']]);
  });

  test('after continue-as-new are carried over', () => {
    const [first, second, third] = [raised('e'), raised('e'), raised('other')];

    const result = run([event('e'), { actionType: ActionType.ContinueAsNew, input: 1 }], first, second, third);

    expect(result.continueAsNew).toEqual({ input: 1 });
    expect([...result.carriedOver]).toEqual([second, third]);
  });
});
