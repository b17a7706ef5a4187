import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import { MemoryPlanStore } from '../../src/adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../../src/adapters/mock/memory-run-store.ts';
import { PermanentError } from '../../src/nodes/errors.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import type { RunRecord } from '../../src/ports/run-store.ts';
import { advance } from '../../src/run/advance.ts';
import type { AdvanceDependencies } from '../../src/run/advance-dependencies.ts';
import type { AdvanceTask } from '../../src/run/advance-task.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { type Behaviour, kinds, node, plan } from './plans.ts';

const clock = new ManualClock();
let runs: MemoryRunStore;
let publisher: MemoryPublisher;
let plans: MemoryPlanStore;
let artifacts: MemoryArtifactStore;

beforeEach(async () => {
  runs = new MemoryRunStore();
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
  const log = () => {};
  const relay = new OutboxRelay(publisher, runs, log);
  return { runs, plans, artifacts, relay, kinds: kinds(behaviours), clock, log, processStartedAt: clock.now() - 1000 };
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
    inFlight: [],
    attempts: {},
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
    expect(publisher.published.map(({ id, type }) => [id, type])).toEqual([['run-1.completed', 'hexdag.run.completed']]);
  });

  it('hands branches back to the orchestrator, with the plan', async () => {
    const fork = await task(plan(node('a'), node('b', ['a']), node('c', ['a'])));

    const result = await advance(fork, dependencies());

    expect(result.outcomes.map(({ node }) => node)).toEqual(['a']);
    expect(result.plan?.nodes).toHaveLength(3);
    expect(result.ended).toBeUndefined();
  });

  it('leaves nodes that others run alone, and does not end the run beside them', async () => {
    const branch = await task(plan(node('a'), node('b')), { inFlight: ['b'] });

    const result = await advance(branch, dependencies());

    expect(result.outcomes.map(({ node }) => node)).toEqual(['a']);
    expect(await runs.read('run-1')).toMatchObject({ status: 'accepted' });
  });

  it('takes the recorded result instead of doing the work again when it may have been done before', async () => {
    const chain = plan(node('a'), node('b', ['a']));
    let worked = 0;
    const count = dependencies({ a: () => ++worked, b: () => 'b' });
    await advance(await task(chain, { inFlight: ['b'] }), count);

    await advance(await task(chain, { lookUp: true }), count);

    expect(worked).toBe(1);
    expect(await runs.read('run-1')).toMatchObject({ status: 'completed' });
  });

  it('looks before it works when the task was given before this process started', async () => {
    const chain = plan(node('a'), node('b', ['a']));
    let worked = 0;
    const count = dependencies({ a: () => ++worked });
    await advance(await task(chain, { inFlight: ['b'] }), count);

    await advance(await task(chain, { now: clock.now() - 5_000 }), count);

    expect(worked).toBe(1);
  });

  it('lets the first recorded result stand when two workers run the same node', async () => {
    const chain = plan(node('a'), node('b', ['a']));
    const first = await advance(await task(chain, { inFlight: ['b'] }), dependencies({ a: () => 'first' }));

    const second = await advance(await task(chain, { inFlight: ['b'] }), dependencies({ a: () => 'second' }));

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
    const last = await task(plan(node('a', [], { retry })), { attempts: { a: 3 } });

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
    expect(a?.result).toMatchObject({ blob: { name: 'run-1/a/result.json' } });
    expect(b?.result).toEqual({ value: 40_000 });
  });

  it('keeps the events in the outbox when the broker is away', async () => {
    const down: AdvanceDependencies = dependencies();
    const relay = new OutboxRelay({ publish: () => Promise.reject(new DependencyUnavailableError('Away.')) }, runs, () => {});

    const result = await advance(await task(plan(node('a'))), { ...down, relay });

    const left = await runs.unpublished('9999-01-01T00:00:00.000Z', 10);
    expect(result.ended).toBe('completed');
    expect(left.map(({ outbox }) => outbox.map(({ id }) => id))).toEqual([['run-1.completed']]);
  });

  it('ends a run whose plan is gone, since it can never go on', async () => {
    const orphan = { ...(await task(plan(node('a')))), planHash: 'another' };

    const result = await advance(orphan, dependencies());

    expect(result.ended).toBe('failed');
    expect(await runs.read('run-1')).toMatchObject({ error: { code: 'plan_lost' } });
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

  it('keeps the artifact an earlier attempt has written', async () => {
    const write: Behaviour = async (_, context) => (await context.artifacts.write('slip.txt', `attempt ${context.attempt}`)).name;
    const chain = plan(node('a'));
    await artifacts.put('run-1/a/slip.txt', Buffer.from('attempt 1'), 'text/plain');

    const result = await advance(await task(chain, { attempts: { a: 2 }, lookUp: true }), dependencies({ a: write }));

    const kept = await artifacts.get('run-1/a/slip.txt');
    expect(result.ended).toBe('completed');
    expect(Buffer.from(kept ?? []).toString()).toBe('attempt 1');
  });
});
