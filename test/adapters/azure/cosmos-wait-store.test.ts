import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MalformedDocumentError } from '../../../src/adapters/azure/cosmos-errors.ts';
import { CosmosRunStore } from '../../../src/adapters/azure/cosmos-run-store.ts';
import { CosmosWaitStore } from '../../../src/adapters/azure/cosmos-wait-store.ts';
import { DependencyUnavailableError } from '../../../src/ports/errors.ts';
import type { WaitRecord } from '../../../src/ports/wait-store.ts';
import { at, nodeRecord, runRecord } from '../../conformance/records.ts';
import { testWaitStore } from '../../conformance/wait-store.ts';
import { type LocalCosmos, startLocalCosmos } from './local-cosmos.ts';

let cosmos: LocalCosmos;
let store: CosmosWaitStore;

beforeAll(async () => {
  cosmos = await startLocalCosmos();
  store = new CosmosWaitStore(async () => cosmos.database.container('runs'));
});

afterEach(() => cosmos.server.throttle(null));

afterAll(() => cosmos.close());

function openWait(runId: string): WaitRecord {
  return { runId, node: 'approval', eventKey: 'approve', openedAt: at(1), status: 'open' };
}

describe('CosmosWaitStore', () => {
  testWaitStore(() => store);

  it('opens a wait with one request, and decides it with one', async () => {
    const wait = openWait(randomUUID());
    const requests = () => cosmos.server.counters()['requests'] ?? 0;

    const before = requests();
    await store.open(wait);
    const between = requests();
    await store.decide(wait.runId, wait.node, { status: 'timed_out', decidedAt: at(2) });

    expect([between - before, requests() - between]).toEqual([1, 1]);
  });

  it('leaves the run and its nodes alone, whose partition it shares', async () => {
    const runs = new CosmosRunStore(async () => cosmos.database.container('runs'));
    const run = runRecord();
    const node = nodeRecord(run.runId, { node: 'approval' });
    await runs.claim(run);
    await runs.commitNode(node);

    await store.open(openWait(run.runId));

    expect(await store.list(run.runId)).toEqual([openWait(run.runId)]);
    expect(await runs.read(run.runId)).toEqual(run);
    expect(await runs.readNodes(run.runId)).toEqual([node]);
  });

  it('says that a container out of reach may come back', async () => {
    const away = new CosmosWaitStore(async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });

    const answers = await Promise.allSettled([away.read('run', 'n'), away.open(openWait('run')), away.list('run')]);

    for (const answer of answers)
      expect(answer.status === 'rejected' && answer.reason).toBeInstanceOf(DependencyUnavailableError);
  });

  it('refuses a document that it did not write', async () => {
    const runId = randomUUID();
    await cosmos.database.container('runs').items.create({ id: 'wait:approval', type: 'wait', runId, status: 'asleep' });

    const read = store.read(runId, 'approval');

    await expect(read).rejects.toThrow(MalformedDocumentError);
  });
});
