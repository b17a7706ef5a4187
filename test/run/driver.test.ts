import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { Payload } from '../../src/ports/run-store.ts';
import type { AdvanceResult, AdvanceTask } from '../../src/run/advance-task.ts';
import { RunDriver } from '../../src/run/driver.ts';
import type { Pending } from '../../src/run/pending.ts';
import type { RunGeneration } from '../../src/run/run-generation.ts';
import type { Verdict } from '../../src/run/run-shell.ts';
import { body, composite, kinds, node, plan, wait } from './plans.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BLOB: Payload = {
  blob: { name: 'run-1/input.json', sha256: 'a'.repeat(64), bytes: 40_000, contentType: 'application/json' },
};

/** A driver whose tasks, timers and events are carried out by the test. */
class Driven {
  readonly tasks: { readonly task: AdvanceTask; readonly step: Pending }[] = [];
  readonly timers: { readonly at: number; readonly step: Pending }[] = [];
  readonly events: Pending[] = [];
  now = 0;
  readonly #driver: RunDriver;

  constructor(rest: Partial<RunGeneration> = {}) {
    const run = { runId: 'run-1', pipeline: 'test', planHash: 'hash', eventKey: 'A-1', input: { value: {} }, recovering: false };
    this.#driver = new RunDriver({ ...run, ...rest }, kinds(), {
      task: (task, step) => this.tasks.push({ task, step }),
      timer: (at, step) => this.timers.push({ at, step }),
      event: (_, step) => this.events.push(step),
      signal: () => {},
      drop: () => {},
    });
    this.#driver.begin(0);
  }

  /** The task that was given last for the node. */
  task(path: string | null): Pending {
    const found = this.tasks.findLast(({ task }) => task.node === path);
    if (found === undefined) throw new Error(`No task for ${path}.`);
    return found.step;
  }

  /** Nodes that tasks were given for, in order. */
  get given(): readonly (string | null)[] {
    return this.tasks.map(({ task }) => task.node);
  }

  done(step: Pending | undefined, result?: Partial<AdvanceResult>): Verdict {
    if (step === undefined) throw new Error('There is no such step.');
    return this.#driver.done(step, result === undefined ? undefined : { outcomes: [], ...result }, this.now);
  }

  failed(step: Pending): Verdict {
    return this.#driver.failed(step, new Error('Away.'), this.now);
  }
}

function done(path: string) {
  return { node: path, status: 'completed', result: { value: 1 } } as const;
}

function started(of: Plan, rest: Partial<RunGeneration> = {}, first: Partial<AdvanceResult> = {}): Driven {
  const driven = new Driven(rest);
  driven.done(driven.task(null), { plan: of, ...first });
  return driven;
}

describe('a task for whatever is next', () => {
  it('is given once for what it takes a task to tell, not again and again', () => {
    const driven = started(plan(wait('gate', 'go')), { input: BLOB }, { suspended: { node: 'gate' } });

    driven.done(driven.task(null), {});

    expect(driven.given).toEqual([null, null]);
  });

  it('is given again when something has happened that it was not told of', () => {
    const driven = started(plan(wait('gate', 'go'), node('a')), { input: BLOB }, { ready: ['gate', 'a'] });

    driven.done(driven.task('gate'), { suspended: { node: 'gate' } });
    driven.done(driven.task(null), {});
    driven.done(driven.task('a'), { outcomes: [done('a')] });

    expect(driven.given).toEqual([null, 'gate', 'a', null, null]);
  });

  it('that broke down is not given beside another one', () => {
    const driven = started(plan(node('a'), node('b'), node('c', ['a', 'b'])), { input: BLOB }, { ready: ['a', 'b'] });
    driven.done(driven.task('a'), { outcomes: [done('a')] });
    driven.failed(driven.task(null));

    driven.done(driven.task('b'), { outcomes: [done('b')] });
    const before = driven.given.length;
    driven.now = HOUR;
    driven.done(driven.timers.at(-1)?.step);

    expect(driven.given.slice(before)).toEqual([null]);
  });
});

describe('a node that waits', () => {
  it('is looked at once when its event comes while a broken task is to be given again', () => {
    const driven = started(plan(wait('gate', 'go')), {}, { suspended: { node: 'gate' } });
    driven.done(driven.events[0]);
    driven.failed(driven.task('gate'));
    driven.now = HOUR;

    driven.done(driven.timers.at(-1)?.step);

    expect(driven.given).toEqual([null, 'gate', 'gate']);
  });

  it('is looked at again after a task that was looking when somebody spoke', () => {
    const driven = started(plan(wait('gate', 'go', DAY)), {}, { suspended: { node: 'gate', lookAt: DAY } });
    driven.now = DAY;
    driven.done(driven.timers[0]?.step);

    driven.done(driven.events[0]);
    driven.done(driven.task('gate'), { suspended: { node: 'gate', lookAt: DAY } });

    expect(driven.given).toEqual([null, 'gate', 'gate']);
  });
});

describe('what comes too late', () => {
  it('from a node within a composite node whose time was up is left out', () => {
    const loop = composite('loop', { mode: 'times', count: 1 }, body(node('slow')), { timeoutMs: HOUR, onError: 'after' });
    const frame = { node: 'loop', attempt: 1, startedAt: 0, known: [] };
    const driven = started(plan(loop, node('after', ['loop'])), {}, { frames: [frame], ready: ['loop[0].slow'], wakeAt: HOUR });
    driven.now = HOUR;
    driven.done(driven.timers[0]?.step);

    driven.done(driven.task('loop[0].slow'), { outcomes: [done('loop[0].slow'), done('loop'), done('after')] });
    driven.done(driven.task('after'), { outcomes: [done('after')] });

    expect(driven.given).toEqual([null, 'loop[0].slow', 'after', null]);
    expect(driven.tasks.at(-1)?.task.outcomes).toMatchObject([{ node: 'loop', status: 'failed' }, { node: 'after' }]);
  });

  it('of a step that was dropped changes nothing', () => {
    const driven = started(plan(wait('gate', 'go')), {}, { suspended: { node: 'gate' } });
    const [event] = driven.events;
    driven.done(event);
    driven.done(driven.task('gate'), { ended: 'completed' });

    const verdict = driven.done(event);

    expect(verdict).toEqual({ kind: 'open' });
    expect(driven.given).toEqual([null, 'gate']);
  });
});

describe('a generation', () => {
  const many = plan(...Array.from({ length: 400 }, (_, index) => node(`n${index}`)));

  it('that gave many tasks lets those at work end, and then another goes on', () => {
    const driven = started({ ...many, maxConcurrentNodes: 5 });
    let verdict: Verdict = { kind: 'open' };

    for (let index = 0; verdict.kind === 'open'; index++) {
      verdict = driven.done(driven.task(`n${index}`), { outcomes: [done(`n${index}`)] });
    }

    expect(driven.tasks).toHaveLength(150);
    expect(verdict.kind === 'continue' && verdict.generation.outcomes).toHaveLength(149);
  });

  it('sets no timer that the engine would take for a long one', () => {
    const driven = started(plan(wait('gate', 'go', 30 * DAY)), {}, { suspended: { node: 'gate', lookAt: 30 * DAY } });
    let verdict: Verdict = { kind: 'open' };

    while (verdict.kind === 'open') {
      const timer = driven.timers.at(-1);
      driven.now = timer?.at ?? 0;
      verdict = driven.done(timer?.step);
    }

    expect(verdict.kind).toBe('continue');
    expect(Math.max(...driven.timers.map(({ at }) => at))).toBeLessThan(6 * DAY);
  });

  it('hands on what waits for its next attempt, with the time and the attempt', () => {
    const retry = { maxAttempts: 9, delayMs: 9 * DAY, backoff: 1, maxDelayMs: 9 * DAY };
    const again = { node: 'a', attempt: 3, delayMs: 9 * DAY };
    const driven = started(plan(node('a', [], { retry })), {}, { retry: again });
    driven.now = 4 * DAY;

    const verdict = driven.done(driven.timers[0]?.step);

    expect(verdict.kind === 'continue' && verdict.generation.retries).toEqual([{ node: 'a', attempt: 3, at: 9 * DAY }]);
  });
});
