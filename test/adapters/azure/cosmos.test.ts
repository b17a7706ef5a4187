import { CosmosClient } from '@azure/cosmos';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MalformedDocumentError } from '../../../src/adapters/azure/cosmos-errors.ts';
import { CosmosPlanStore } from '../../../src/adapters/azure/cosmos-plan-store.ts';
import { CosmosRunStore } from '../../../src/adapters/azure/cosmos-run-store.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { plan, testPlanStore } from '../../conformance/plan-store.ts';
import { at, nodeRecord, runFinish, runRecord } from '../../conformance/records.ts';
import { testRunStore } from '../../conformance/run-store.ts';
import { type LocalCosmos, startLocalCosmos } from './local-cosmos.ts';

let cosmos: LocalCosmos;

beforeAll(async () => {
  cosmos = await startLocalCosmos();
});

afterEach(() => cosmos.server.throttle(null));

afterAll(() => cosmos.close());

const openRuns = async () => cosmos.database.container('runs');
const openPlans = async () => cosmos.database.container('plans');

/** Requests on the wire while `work` was under way. */
async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  const before = cosmos.server.counters()['requests'] ?? 0;
  await work();
  return (cosmos.server.counters()['requests'] ?? 0) - before;
}

describe('CosmosRunStore', () => {
  let store: CosmosRunStore;
  beforeAll(() => {
    store = new CosmosRunStore(openRuns);
  });
  testRunStore(() => store);

  it('spends a request a write and reads nothing before it', async () => {
    const run = runRecord();
    await store.claim(runRecord());

    const claim = await requestsOf(() => store.claim(run));
    const commit = await requestsOf(() => store.commitNode(nodeRecord(run.runId)));
    const end = await requestsOf(() => store.commitNode(nodeRecord(run.runId, { node: 'ship' }), runFinish(run.runId)));

    expect([claim, commit, end]).toEqual([1, 1, 1]);
  });

  it('spends a second request only on a duplicate', async () => {
    const run = runRecord();
    await store.claim(run);

    const requests = await requestsOf(() => store.claim(run));

    expect(requests).toBe(2);
  });

  it('lets many writes share few requests', async () => {
    const runs = Array.from({ length: 300 }, () => runRecord());

    const requests = await requestsOf(() => Promise.all(runs.map((run) => store.claim(run))));

    expect(requests).toBeLessThan(10);
  });

  it('waits out a store that is overloaded, and loses nothing', async () => {
    const runs = Array.from({ length: 60 }, () => runRecord({ pipeline: 'overload' }));
    cosmos.server.throttle({ share: 0.5, retryAfterMs: 5 });

    const claims = await Promise.all(runs.map((run) => store.claim(run)));
    const ends = await Promise.all(runs.map(({ runId }) => store.commitNode(nodeRecord(runId), runFinish(runId))));
    cosmos.server.throttle(null);
    const read = await Promise.all(runs.map(({ runId }) => store.read(runId)));

    expect(claims.map(({ kind }) => kind)).toEqual(runs.map(() => 'claimed'));
    expect(ends.map(({ kind }) => kind)).toEqual(runs.map(() => 'committed'));
    expect(read.map((run) => run?.status)).toEqual(runs.map(() => 'completed'));
    expect(cosmos.server.counters()['throttled']).toBeGreaterThan(60);
  });

  it('gives up on a store that stays overloaded, and says when to come back', async () => {
    cosmos.server.throttle({ share: 1, retryAfterMs: 2 });

    const claim = store.claim(runRecord()).catch((error: unknown) => error);

    expect(await claim).toBeInstanceOf(DependencyUnavailableError);
    expect(await claim).toMatchObject({ retryAfterMs: 2 });
  });

  it('tells a document nobody of this app wrote from one that is missing', async () => {
    const { runId } = runRecord();
    await cosmos.database.container('runs').items.create({ id: 'run', runId, type: 'run', status: 'sleeping' });

    const read = store.read(runId);

    await expect(read).rejects.toThrow(MalformedDocumentError);
    await expect(store.read(`${runId}-2`)).resolves.toBeNull();
  });

  it('refuses a run that no document can hold', async () => {
    const run = runRecord({ input: { value: 'x'.repeat(3 * 1024 * 1024) } });

    const claim = store.claim(run);

    await expect(claim).rejects.toThrow(DependencyRefusedError);
  });

  it('says that a container is missing, without trying again', async () => {
    const lost = new CosmosRunStore(async () => cosmos.database.container('lost'));

    const claim = lost.claim(runRecord()).catch((error: unknown) => error);
    const read = lost.list({ limit: 1 }).catch((error: unknown) => error);

    expect(await claim).toBeInstanceOf(DependencyRefusedError);
    expect(await read).toBeInstanceOf(DependencyRefusedError);
    expect(await claim).toHaveProperty('cause');
  });

  it('says that a store does not answer', async () => {
    const dead = new CosmosClient({
      endpoint: 'http://127.0.0.1:1/',
      key: cosmos.server.key,
      connectionPolicy: { enableEndpointDiscovery: false },
    });
    const unreachable = new CosmosRunStore(async () => dead.database('hexdag').container('runs'));

    const claim = unreachable.claim(runRecord());

    await expect(claim).rejects.toThrow(DependencyUnavailableError);
    dead.dispose();
  });

  it('lists runs whose positions were written by their acceptance', async () => {
    const run = runRecord({ acceptedAt: at(5) });

    await store.claim(run);

    const { resource } = await cosmos.database.container('runs').item('run', run.runId).read();
    expect(resource).toMatchObject({ id: 'run', type: 'run', position: `${at(5)}|${run.runId}` });
  });
});

describe('CosmosPlanStore', () => {
  testPlanStore(() => new CosmosPlanStore(openPlans));

  it('asks for a plan once', async () => {
    await new CosmosPlanStore(openPlans).save('cached', plan);
    const store = new CosmosPlanStore(openPlans);

    const first = await requestsOf(() => store.load('cached'));
    const second = await requestsOf(() => store.load('cached'));
    const save = await requestsOf(() => store.save('cached', plan));

    expect([first, second, save]).toEqual([1, 0, 0]);
  });

  it('writes a plan that another process has stored no more than once', async () => {
    await new CosmosPlanStore(openPlans).save('stored', plan);
    const store = new CosmosPlanStore(openPlans);

    const first = await requestsOf(() => store.save('stored', plan));
    const second = await requestsOf(() => store.save('stored', plan));

    expect([first, second]).toEqual([1, 0]);
  });

  it('writes a plan again after a failure, and then no more', async () => {
    const failures = [new DependencyUnavailableError('down')];
    const store = new CosmosPlanStore(async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return openPlans();
    });

    await expect(store.save('failed', plan)).rejects.toThrow('down');
    const second = await requestsOf(() => store.save('failed', plan));
    const third = await requestsOf(() => store.save('failed', plan));

    expect([second, third]).toEqual([1, 0]);
  });

  it('keeps what a later version added to a plan', async () => {
    const later = { ...plan, nodes: [{ ...plan.nodes[0], later: true }], later: 'x' };
    await cosmos.database.container('plans').items.create({ id: 'later', plan: JSON.stringify(later) });

    const loaded = await new CosmosPlanStore(openPlans).load('later');

    expect(loaded).toEqual(later);
  });

  it('refuses a plan of a format it does not know', async () => {
    await cosmos.database.container('plans').items.create({ id: 'newer', plan: JSON.stringify({ ...plan, format: 2 }) });

    const load = new CosmosPlanStore(openPlans).load('newer');

    await expect(load).rejects.toThrow(MalformedDocumentError);
  });
});
