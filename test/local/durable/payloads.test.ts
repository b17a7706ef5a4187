import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { OrchestratorResult } from '../../../local/durable/actions.ts';
import { EventType, stamped } from '../../../local/durable/history.ts';
import { invokeOrchestrator } from '../../../local/durable/invocations.ts';
import { DurableApp } from './driver.ts';

const app = new DurableApp();
beforeAll(() => app.start());
afterAll(() => app.close());
afterEach(async () => {
  const { output } = await app.run('chain');
  expect(output, 'the host must go on whatever it was given').toEqual(['a', 'b', 'c']);
});

type Event = Readonly<Record<string, unknown>>;

const orchestratorStarted: Event = { ...stamped(EventType.OrchestratorStarted, 0), IsPlayed: false };
const executionStarted: Event = {
  ...stamped(EventType.ExecutionStarted, 0),
  IsPlayed: false,
  Name: 'chain',
  Version: '',
  Input: null,
};
const scheduled: Event = { ...stamped(EventType.TaskScheduled, 0, 0), IsPlayed: false, Name: 'echo', Version: '' };
const completed: Event = { ...stamped(EventType.TaskCompleted, 0), IsPlayed: false, TaskScheduledId: 0, Result: '"a"' };
const failed: Event = { ...stamped(EventType.TaskFailed, 0), IsPlayed: false, TaskScheduledId: 0, Reason: 'why', Details: '' };

function payload(...answers: Event[]): Event {
  return {
    history: [orchestratorStarted, executionStarted, scheduled, ...answers],
    instanceId: 'i',
    isReplaying: false,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    input: null,
    parentInstanceId: null,
    maximumShortTimerDuration: '6.00:00:00',
    longRunningTimerIntervalDuration: '3.00:00:00',
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
}

function without(original: Event, field: string): Event {
  return Object.fromEntries(Object.entries(original).filter(([name]) => name !== field));
}

function invoke(name: string, body: Event): Promise<OrchestratorResult> {
  const fn = app.extension.host.functions.find((candidate) => candidate.name === name);
  if (fn === undefined) throw new Error(`The app has no function ${name}.`);
  return invokeOrchestrator(app.extension.host, fn, JSON.stringify(body), null);
}

function actionsOf(result: OrchestratorResult): number | undefined {
  return result.kind === 'broken' ? undefined : result.state.actions.flat().length;
}

describe('a payload', () => {
  test('that is whole lets the orchestrator go on', async () => {
    const result = await invoke('chain', payload(completed));

    expect(result).toMatchObject({ kind: 'returned', state: { isDone: false } });
    expect(actionsOf(result)).toBe(2);
  });

  test.each(['history', 'instanceId', 'isReplaying', 'upperSchemaVersion'])('without %s brings no state back', async (field) => {
    const result = await invoke('chain', without(payload(), field));

    expect(result).toEqual({ kind: 'broken', message: expect.stringContaining('orchestrationClient binding') });
  });

  test.each([
    ['maximumShortTimerDuration', 'sleep'],
    ['longRunningTimerIntervalDuration', 'sleep'],
    ['defaultHttpAsyncRequestSleepTimeMillseconds', 'http'],
  ])('without %s fails an orchestrator that needs it', async (field, name) => {
    const result = await invoke(name, without({ ...payload(), history: [orchestratorStarted, executionStarted] }, field));

    expect(JSON.stringify(result)).toContain('framework-internal error');
  });
});

describe('a history', () => {
  test.each([
    ['a result that is not JSON', { ...completed, Result: 'plain' }, 'is not valid JSON'],
    ['no result', without(completed, 'Result'), 'is not valid JSON'],
    ['an answer to no task', without(completed, 'TaskScheduledId'), 'ID-key being of type undefined'],
    ['a failure without details', { ...failed, Details: null }, 'could not parse its exception data'],
    ['a failure without a reason', without(failed, 'Reason'), 'could not parse its exception data'],
  ])('with %s brings no state back', async (_, answer, message) => {
    const result = await invoke('chain', payload(answer));

    expect(result).toEqual({ kind: 'broken', message: expect.stringContaining(message) });
  });

  test.each([
    ['an unknown task', { ...completed, TaskScheduledId: 9 }],
    ['an event of an unknown type', { ...completed, EventType: 99 }],
  ])('with an answer to %s changes nothing', async (_, answer) => {
    const result = await invoke('chain', payload(answer));

    expect(result).toMatchObject({ kind: 'returned', state: { isDone: false } });
    expect(actionsOf(result)).toBe(1);
  });

  test('with an answer twice goes on as with one', async () => {
    const result = await invoke('chain', payload(completed, completed));

    expect(actionsOf(result)).toBe(2);
  });

  test('without OrchestratorStarted brings no state back', async () => {
    const result = await invoke('chain', { ...payload(), history: [executionStarted] });

    expect(result).toEqual({ kind: 'broken', message: expect.stringContaining('without an OrchestratorStarted event') });
  });

  test('without ExecutionStarted runs nothing', async () => {
    const result = await invoke('chain', { ...payload(), history: [orchestratorStarted] });

    expect(actionsOf(result)).toBe(0);
  });
});
