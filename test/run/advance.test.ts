import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import { MemoryIncomingBlobs } from '../../src/adapters/mock/memory-incoming-blobs.ts';
import { MemoryOutboxStore } from '../../src/adapters/mock/memory-outbox-store.ts';
import { MemoryPlanStore } from '../../src/adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../../src/adapters/mock/memory-run-store.ts';
import { MemoryWaitStore } from '../../src/adapters/mock/memory-wait-store.ts';
import { PermanentError } from '../../src/nodes/errors.ts';
import { NO_RESOURCES } from '../../src/nodes/node-resources.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import type { Log } from '../../src/ports/log.ts';
import type { RunRecord } from '../../src/ports/run-store.ts';
import { advance } from '../../src/run/advance.ts';
import type { AdvanceDependencies } from '../../src/run/advance-dependencies.ts';
import type { AdvanceTask } from '../../src/run/advance-task.ts';
import { runFinish } from '../../src/run/finish.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { childRuns } from '../../src/triggers/child-runs.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { type Behaviour, body, composite, kinds, node, plan } from './plans.ts';

const clock = new ManualClock();
let runs: MemoryRunStore;
let outboxes: MemoryOutboxStore;
let publisher: MemoryPublisher;
let plans: MemoryPlanStore;
let artifacts: MemoryArtifactStore;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  lines = [];
  outboxes = new MemoryOutboxStore();
  runs = new MemoryRunStore(outboxes);
  publisher = new MemoryPublisher();
  plans = new MemoryPlanStore();
  artifacts = new MemoryArtifactStore();
  await runs.claim(accepted);
});

const accepted: RunRecord = {
  runId: 'run-1',
  pipeline: 'test',
  planHash: 'hash',
  trigger: 'orders',
  eventKey: 'A-1',
  eventType: 'order',
  eventSource: '/test',
  payloadHash: 'payload',
  input: { value: { x: 1 } },
  status: 'accepted',
  acceptedAt: '2026-01-01T00:00:00.000Z',
};

function dependencies(behaviours: Readonly<Record<string, Behaviour>> = {}): AdvanceDependencies {
  const log: Log = (level, message, properties) => lines.push({ level, message, ...properties });
  const relay = new OutboxRelay({ publisher, outboxes, log });
  const resources = { of: () => NO_RESOURCES };
  const children = childRuns({ runs, plans, artifacts, relay, clock, pipelines: new Map() });
  const waits = new MemoryWaitStore(outboxes);
  return {
    runs,
    waits,
    plans,
    artifacts,
    incoming: new MemoryIncomingBlobs(),
    children,
    resources,
    relay,
    kinds: kinds(behaviours),
    clock,
    log,
    processStartedAt: clock.now() - 1000,
  };
}

/** The store, with another way to put. */
function withPut(put: ArtifactStore['put']): ArtifactStore {
  return {
    put,
    putStream: (...file) => artifacts.putStream(...file),
    get: (name) => artifacts.get(name),
    open: (name) => artifacts.open(name),
    describe: (name) => artifacts.describe(name),
    link: (name, until) => artifacts.link(name, until),
  };
}

async function task(of: Plan, rest: Partial<AdvanceTask> = {}): Promise<AdvanceTask> {
  await plans.save('hash', of);
  return {
    runId: 'run-1',
    pipeline: 'test',
    planHash: 'hash',
    eventKey: 'A-1',
    input: { value: { x: 1 } },
    outcomes: [],
    node: null,
    attempt: 1,
    frames: [],
    atWork: [],
    waiting: [],
    now: clock.now(),
    lookUp: false,
    wantPlan: true,
    ...rest,
  };
}

describe('carrying a run on', () => {
  it('goes along a chain to its end, records every node and publishes how the run ended', async () => {
    const chain = await task(plan(node('a'), node('b', ['a']), node('c', ['b'])));

    const result = await advance(chain, dependencies());

    const records = await runs.readNodes('run-1');
    expect(result).toMatchObject({ ended: 'completed' });
    expect(records.map(({ node }) => node)).toEqual(['a', 'b', 'c']);
    expect(await runs.read('run-1')).toMatchObject({ status: 'completed' });
    expect(publisher.published.map(({ id, type }) => [id, type])).toEqual([['run-1:completed', 'hexdag.run.completed']]);
  });

  it('hands branches back to the orchestrator, with the plan', async () => {
    const fork = await task(plan(node('a'), node('b', ['a']), node('c', ['a'])));

    const result = await advance(fork, dependencies());

    expect(result.outcomes.map(({ node }) => node)).toEqual(['a']);
    expect(result.plan?.nodes).toHaveLength(3);
    expect(result.ended).toBeUndefined();
  });

  it('tells how the run ended in the end, if somebody else ended it meanwhile', async () => {
    const reason = 'Enough.';
    const chain = await task(plan(node('a')));
    const cancelling = dependencies({
      a: async () => {
        await runs.finish('run-1', runFinish(accepted, { status: 'cancelled', reason }, clock.now()));
        return 'late';
      },
    });

    const result = await advance(chain, cancelling);

    expect(result.ended).toBe('cancelled');
    expect(await runs.read('run-1')).toMatchObject({ status: 'cancelled' });
  });

  it('stores large results of nodes within loops under names that stores accept', async () => {
    const large = 'x'.repeat(40_000);
    const loop = composite('loop', { mode: 'times', count: 1, collect: 'last' }, body(node('inner')));

    const result = await advance(await task(plan(loop)), dependencies({ inner: () => large }));

    const [record] = await runs.readNodes('run-1');
    expect(result.ended).toBe('completed');
    expect(record).toMatchObject({ node: 'loop[0].inner', result: { blob: { name: 'run-1/loop(0).inner.result.json' } } });
  });

  it('leaves nodes that others run alone, and does not end the run beside them', async () => {
    const branch = await task(plan(node('a'), node('b')), { node: 'a', atWork: ['b'] });

    const result = await advance(branch, dependencies());

    expect(result.outcomes.map(({ node }) => node)).toEqual(['a']);
    expect(await runs.read('run-1')).toMatchObject({ status: 'accepted' });
  });

  it('takes the recorded result instead of doing the work again when it may have been done before', async () => {
    const chain = plan(node('a'), node('b', ['a']));
    let worked = 0;
    const count = dependencies({ a: () => ++worked, b: () => 'b' });
    await advance(await task(chain, { node: 'a', atWork: ['b'] }), count);

    await advance(await task(chain, { lookUp: true }), count);

    expect(worked).toBe(1);
    expect(await runs.read('run-1')).toMatchObject({ status: 'completed' });
  });

  it('looks before it works when the task was given before this process started', async () => {
    const chain = plan(node('a'), node('b', ['a']));
    let worked = 0;
    const count = dependencies({ a: () => ++worked });
    await advance(await task(chain, { node: 'a', atWork: ['b'] }), count);

    await advance(await task(chain, { now: clock.now() - 5_000 }), count);

    expect(worked).toBe(1);
  });

  it('lets the first recorded result stand when two workers run the same node', async () => {
    const chain = plan(node('a'), node('b', ['a']));
    const first = await advance(await task(chain, { node: 'a', atWork: ['b'] }), dependencies({ a: () => 'first' }));

    const second = await advance(await task(chain, { node: 'a', atWork: ['b'] }), dependencies({ a: () => 'second' }));

    expect(first.outcomes[0]?.result).toEqual({ value: 'first' });
    expect(second.outcomes[0]?.result).toEqual({ value: 'first' });
  });

  it('asks for another attempt after a wait, and records nothing yet', async () => {
    const retry = { maxAttempts: 3, delayMs: 200, backoff: 2, maxDelayMs: 1000 };
    const flaky = await task(plan(node('a', [], { retry })));

    const result = await advance(flaky, dependencies({ a: () => Promise.reject(new Error('Away.')) }));

    expect(result.retry).toMatchObject({ node: 'a', attempt: 2 });
    expect(await runs.readNodes('run-1')).toEqual([]);
  });

  it('fails the run at the last attempt, with the reason in record and event', async () => {
    const retry = { maxAttempts: 3, delayMs: 200, backoff: 2, maxDelayMs: 1000 };
    const last = await task(plan(node('a', [], { retry })), { node: 'a', attempt: 3 });

    const result = await advance(last, dependencies({ a: () => Promise.reject(new Error('Away.')) }));

    expect(result.ended).toBe('failed');
    expect(await runs.read('run-1')).toMatchObject({
      status: 'failed',
      error: { node: 'a', message: "Node 'a' (Error): Away." },
    });
    expect(publisher.published[0]).toMatchObject({ type: 'hexdag.run.failed', data: { key: 'A-1', error: { node: 'a' } } });
  });

  it('does not try again what another attempt cannot mend', async () => {
    const retry = { maxAttempts: 3, delayMs: 200, backoff: 2, maxDelayMs: 1000 };
    const declined = () => Promise.reject(new PermanentError('card_declined', 'Declined.'));

    const result = await advance(await task(plan(node('a', [], { retry }))), dependencies({ a: declined }));

    expect(result.ended).toBe('failed');
  });

  it('gives the handler the failure and completes the run', async () => {
    const handled = plan(node('a', [], { onError: 'h' }), node('h', ['a']));
    const failing = { a: () => Promise.reject(new Error('Boom.')), h: (input: unknown) => JSON.stringify(input) };

    const result = await advance(await task(handled), dependencies(failing));

    expect(result.ended).toBe('completed');
    expect((await runs.readNodes('run-1'))[1]?.result).toEqual({
      value: '{"_error":{"node":"a","type":"Error","message":"Boom."},"x":1}',
    });
  });

  it('sends results above the inline limit through the artifact store', async () => {
    const large = 'x'.repeat(40_000);
    const chain = await task(plan(node('a'), node('b', ['a'])));

    await advance(chain, dependencies({ a: () => large, b: (input) => String(input).length }));

    const [a, b] = await runs.readNodes('run-1');
    expect(a?.result).toMatchObject({ blob: { name: 'run-1/a.result.json' } });
    expect(b?.result).toEqual({ value: 40_000 });
  });

  it('keeps the events in the outbox when the broker is away', async () => {
    const down: AdvanceDependencies = dependencies();
    const publisher = { publish: () => Promise.reject(new DependencyUnavailableError('Away.')) };
    const relay = new OutboxRelay({ publisher, outboxes, log: () => {} });

    const result = await advance(await task(plan(node('a'))), { ...down, relay });

    const left = await outboxes.unpublished('9999-01-01T00:00:00.000Z', 10);
    expect(result.ended).toBe('completed');
    expect(left.map(({ events }) => events.map(({ id }) => id))).toEqual([['run-1:completed']]);
  });

  it('ends a run whose plan is gone, since it can never go on', async () => {
    const orphan = { ...(await task(plan(node('a')))), planHash: 'another', lookUp: true };

    const result = await advance(orphan, dependencies());

    expect(result.ended).toBe('failed');
    expect(await runs.read('run-1')).toMatchObject({ error: { code: 'plan_lost' } });
  });

  it('does not believe at the first look that a plan is gone: the store may answer from before it was saved', async () => {
    const early = { ...(await task(plan(node('a')))), planHash: 'another' };

    const advancing = advance(early, dependencies());

    await expect(advancing).rejects.toMatchObject({ code: 'plan_lost' });
    expect(await runs.read('run-1')).toMatchObject({ status: 'accepted' });
  });

  it('stops a step that takes longer than its node allows', async () => {
    let aborted = false;
    const endless: Behaviour = (_, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
      });

    const result = await advance(await task(plan(node('a', [], { timeoutMs: 5 }))), dependencies({ a: endless }));

    expect(result.ended).toBe('failed');
    expect(aborted).toBe(true);
    expect(await runs.read('run-1')).toMatchObject({ error: { code: 'node_timeout' } });
  });

  it("waits for the artifact store, which is not the step's fault", async () => {
    const write: Behaviour = async (_, context) => (await context.artifacts.write('slip.txt', 'slip')).name;
    let failures = 2;
    const put: ArtifactStore['put'] = async (...file) => {
      if (failures-- > 0) throw new DependencyUnavailableError('Away.');
      return artifacts.put(...file);
    };
    const starting = withPut(put);

    const result = await advance(await task(plan(node('a'))), { ...dependencies({ a: write }), artifacts: starting });

    expect(result.ended).toBe('completed');
  });

  it('breaks down instead of failing the node when a store stays away', async () => {
    const away = await task(plan(node('a')));

    const advancing = advance(away, dependencies({ a: () => Promise.reject(new DependencyUnavailableError('Away.')) }));

    await expect(advancing).rejects.toThrow(DependencyUnavailableError);
    expect(await runs.readNodes('run-1')).toEqual([]);
  });

  it('keeps the artifact an earlier attempt has written', async () => {
    const write: Behaviour = async (_, context) => (await context.artifacts.write('slip.txt', `attempt ${context.attempt}`)).name;
    const chain = plan(node('a'));
    await artifacts.put('run-1/a/slip.txt', Buffer.from('attempt 1'), 'text/plain');

    const result = await advance(await task(chain, { node: 'a', attempt: 2, lookUp: true }), dependencies({ a: write }));

    const kept = await artifacts.get('run-1/a/slip.txt');
    expect(result.ended).toBe('completed');
    expect(Buffer.from(kept ?? []).toString()).toBe('attempt 1');
  });

  it('lets the large result of an attempt that died before its record stand', async () => {
    const first = JSON.stringify('1'.repeat(40_000));
    await artifacts.put('run-1/a.result.json', Buffer.from(first), 'application/json');
    const again = await task(plan(node('a'), node('b', ['a'])), { lookUp: true });

    const result = await advance(again, dependencies({ a: () => '2'.repeat(40_000), b: (input) => String(input).slice(0, 1) }));

    const [, b] = await runs.readNodes('run-1');
    expect(result.ended).toBe('completed');
    expect(b?.result).toEqual({ value: '1' });
  });

  it('waits for the artifact store rather than doing the work again for a large result', async () => {
    let worked = 0;
    let refusals = 1;
    const put: ArtifactStore['put'] = async (...file) => {
      if (refusals-- > 0) throw new DependencyUnavailableError('Away.');
      return artifacts.put(...file);
    };
    const flaky = withPut(put);
    const large = () => `${++worked}`.repeat(40_000);

    const result = await advance(await task(plan(node('a'))), { ...dependencies({ a: large }), artifacts: flaky });

    expect(result.ended).toBe('completed');
    expect(worked).toBe(1);
  });

  it('keeps a large output as an artifact, which the event names', async () => {
    const declared = await task({ ...plan(node('a')), output: { all: 'a' } });

    await advance(declared, dependencies({ a: () => 'x'.repeat(40_000) }));

    const kept = await artifacts.get('run-1/output.json');
    expect(JSON.parse(Buffer.from(kept ?? []).toString())).toEqual({ all: 'x'.repeat(40_000) });
    expect(await runs.read('run-1')).toMatchObject({ output: { blob: { name: 'run-1/output.json' } } });
    expect(publisher.published[0]).toMatchObject({ data: { outputArtifact: { name: 'run-1/output.json' } } });
  });

  it('cuts the message of a failure to what records and events can bear', async () => {
    const failing = dependencies({ a: () => Promise.reject(new Error('x'.repeat(3_000_000))) });

    await advance(await task(plan(node('a'))), failing);

    const [a] = await runs.readNodes('run-1');
    expect(a?.error?.message.length).toBeLessThanOrEqual(4_096);
    expect((await runs.read('run-1'))?.error?.message.length).toBeLessThanOrEqual(4_096);
  });

  it('begins no node that could outlast the function', async () => {
    const clocked = dependencies({ a: () => clock.advance(30_000) ?? null });
    const long = await task(plan(node('a'), node('b', ['a'], { timeoutMs: 8.9 * 60_000 })));

    const result = await advance(long, clocked);

    expect(result.outcomes.map(({ node }) => node)).toEqual(['a']);
    expect(result.ended).toBeUndefined();
  });

  it('looks at what another worker has done once it meets one of its records', async () => {
    const chain = plan(node('a'), node('b', ['a']), node('c', ['b']));
    await advance(await task(chain, { atWork: ['c'] }), dependencies());
    const repeated: string[] = [];
    const note: Behaviour = (_, context) => repeated.push(context.node);

    const result = await advance(await task(chain), dependencies({ a: note, b: note, c: note }));

    expect(result.ended).toBe('completed');
    expect(repeated).toEqual(['a', 'c']);
  });

  it('records the last node and the end of the run in one write', async () => {
    const finish = vi.spyOn(runs, 'finish');

    await advance(await task(plan(node('a'))), dependencies());

    expect(finish).not.toHaveBeenCalled();
    expect(await runs.read('run-1')).toMatchObject({ status: 'completed' });
  });

  it('tells nobody of an end that came second', async () => {
    await runs.finish('run-1', { status: 'failed', finishedAt: '2026-01-01T00:00:01.000Z', outbox: [] });

    await advance(await task(plan(node('a'))), dependencies());

    expect(publisher.published).toEqual([]);
    expect(await runs.read('run-1')).toMatchObject({ status: 'failed' });
  });

  it('ends a run that could not be carried on, with the reason', async () => {
    const stuck = await task(plan(node('a')), { giveUp: { code: 'run_abandoned', reason: 'Cosmos DB refused.' } });

    const result = await advance(stuck, dependencies());

    expect(result.ended).toBe('failed');
    expect(await runs.readNodes('run-1')).toEqual([]);
    expect(await runs.read('run-1')).toMatchObject({ status: 'failed', error: { code: 'run_abandoned' } });
    expect(publisher.published[0]).toMatchObject({ type: 'hexdag.run.failed' });
  });

  it('ends a run as failed whose output does not fit its schema', async () => {
    const outputSchema = { type: 'object', properties: { n: { type: 'integer' } } };
    const declared = await task({ ...plan(node('a')), output: { n: 'a' }, outputSchema });

    const result = await advance(declared, dependencies({ a: () => 'text' }));

    expect(result.ended).toBe('failed');
    expect(await runs.read('run-1')).toMatchObject({ status: 'failed', error: { code: 'output_schema_violation' } });
  });

  describe('logs, once each and with the run', () => {
    it('an attempt that failed and is to be repeated', async () => {
      const retry = { maxAttempts: 3, delayMs: 200, backoff: 2, maxDelayMs: 1000 };

      await advance(await task(plan(node('a', [], { retry }))), dependencies({ a: () => Promise.reject(new Error('Away.')) }));

      expect(lines).toMatchObject([{ level: 'warn', runId: 'run-1', node: 'a', attempt: 1, code: 'step_failed' }]);
    });

    it('a run that failed', async () => {
      const declined = () => Promise.reject(new PermanentError('card_declined', 'Declined.'));

      await advance(await task(plan(node('a'))), dependencies({ a: declined }));

      expect(lines).toMatchObject([{ level: 'warn', runId: 'run-1', pipeline: 'test', node: 'a', code: 'card_declined' }]);
    });

    it('a task that broke down', async () => {
      const broken = await task(plan(node('a')));
      const load = () => Promise.reject(new Error('Bug.'));

      const advancing = advance(broken, { ...dependencies(), plans: { save: async () => {}, load } });

      await expect(advancing).rejects.toThrow('Bug.');
      expect(lines).toMatchObject([{ level: 'warn', runId: 'run-1', code: 'unexpected_error', error: 'Bug.' }]);
    });
  });
});
