import { describe, expect, test } from 'vitest';
import { type Action, ActionType, type OrchestratorResult, readThrownState } from '../../../local/durable/actions.ts';
import { decide, type EpisodeDecision } from '../../../local/durable/episode.ts';
import { EventType, type HistoryEvent, stamped } from '../../../local/durable/history.ts';

const NOW = 1_000;
const started: HistoryEvent[] = [
  stamped(EventType.OrchestratorStarted, NOW),
  {
    ...stamped(EventType.ExecutionStarted, NOW),
    Name: 'o',
    Version: '',
    Input: null,
    Tags: null,
    ParentInstance: null,
    OrchestrationInstance: { InstanceId: 'i', ExecutionId: 'e' },
  },
];
const scheduledActivity = (id: number, Name: string): HistoryEvent => ({
  ...stamped(EventType.TaskScheduled, NOW, id),
  Name,
  Version: '',
  Input: null,
});
const completed = (id: number): HistoryEvent => ({ ...stamped(EventType.TaskCompleted, NOW), TaskScheduledId: id, Result: '1' });
const call = (functionName: string): Action => ({ actionType: ActionType.CallActivity, functionName, input: 1 });
const anyOf = (...compoundActions: Action[]): Action => ({ actionType: ActionType.WhenAny, compoundActions });

function returned(actions: Action[], rest: { isDone: boolean; output?: unknown }): OrchestratorResult {
  return { kind: 'returned', state: { actions: [actions], ...rest } };
}

function decideOn(result: OrchestratorResult, history: HistoryEvent[]): EpisodeDecision {
  const limits = { maximumShort: Number.POSITIVE_INFINITY, longInterval: 1 };
  return decide({
    orchestrator: 'o',
    executionId: 'e',
    history: [...started, ...history],
    result,
    now: NOW,
    limits,
  });
}

function reasonOf({ verdict }: EpisodeDecision): string | undefined {
  return verdict.kind === 'failed' ? verdict.failure.reason : undefined;
}

describe('an episode', () => {
  test('schedules what is not in the history yet', () => {
    const result = returned([call('a'), call('b')], { isDone: false });

    const decision = decideOn(result, [scheduledActivity(0, 'a'), completed(0)]);

    expect(decision.newTasks).toMatchObject([{ id: 1, work: { name: 'b' } }]);
    expect(decision.events).toMatchObject([
      { EventType: EventType.TaskScheduled, EventId: 1, Name: 'b' },
      { EventType: EventType.OrchestratorCompleted },
    ]);
    expect(decision.verdict).toEqual({ kind: 'running' });
  });

  test('waits for open tasks before it completes the execution', () => {
    const result = returned([anyOf(call('a'), call('b'))], { isDone: true, output: 'x' });
    const history = [scheduledActivity(0, 'a'), scheduledActivity(1, 'b'), completed(1)];

    const verdicts = [decideOn(result, history).verdict, decideOn(result, [...history, completed(0)]).verdict];

    expect(verdicts).toEqual([{ kind: 'running' }, { kind: 'completed', output: '"x"' }]);
  });

  test('without output completes with null', () => {
    const { verdict } = decideOn(returned([], { isDone: true }), []);

    expect(verdict).toEqual({ kind: 'completed', output: 'null' });
  });

  test('that waits for nothing and has not ended is stalled', () => {
    const decision = decideOn(returned([], { isDone: false }), []);

    expect(reasonOf(decision)).toContain('is stalled');
  });

  test.each([
    ['another activity', [scheduledActivity(0, 'other')], "was TaskScheduled 'other' and is now activity 'a'"],
    [
      'another kind of task',
      [{ ...stamped(EventType.TimerCreated, NOW, 0), FireAt: '' }],
      "was TimerCreated and is now activity 'a'",
    ],
    ['a task that is gone', [scheduledActivity(0, 'a'), scheduledActivity(1, 'b')], 'is not scheduled any more'],
  ])('that finds %s in the history is non-deterministic', (_, history, text) => {
    const decision = decideOn(returned([call('a')], { isDone: false }), history);

    expect(reasonOf(decision)).toContain('non-deterministic');
    expect(reasonOf(decision)).toContain(text);
    expect(decision.newTasks).toEqual([]);
  });
});

describe('a result that is no state', () => {
  test.each([
    ['a plain error', new Error('plain'), 'plain'],
    ['damaged JSON', new Error('false\n\n$OutOfProcData$:{'), 'no orchestrator state'],
    ['an unknown action', new Error('x\n\n$OutOfProcData$:{"actions":[[{"actionType":99}]]}'), 'no orchestrator state'],
  ])('(%s) fails the execution with its text', (_, error, text) => {
    const decision = decideOn(readThrownState(error), []);

    expect(reasonOf(decision)).toContain(text);
  });
});
