import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CosmosRunStore } from '../../../src/adapters/azure/cosmos-run-store.ts';
import { CosmosWaitStore } from '../../../src/adapters/azure/cosmos-wait-store.ts';
import { CosmosWriter } from '../../../src/adapters/azure/cosmos-writer.ts';
import type { RunRecord } from '../../../src/ports/run-store.ts';
import { nodeRecord, runFinish, runRecord } from '../../conformance/records.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { type LocalCosmos, startLocalCosmos } from './local-cosmos.ts';

const DAY_MS = 24 * 3_600_000;
const RETENTION_DAYS = 30;

const clock = new ManualClock(Date.UTC(2026, 0, 1));

let cosmos: LocalCosmos;
let runs: CosmosRunStore;
let waits: CosmosWaitStore;

beforeAll(async () => {
  cosmos = await startLocalCosmos({ clock });
});

beforeEach(() => {
  const open = async () => cosmos.database.container('runs');
  const retention = { seconds: RETENTION_DAYS * 24 * 3_600, clock };
  runs = new CosmosRunStore(open, new CosmosWriter(open), retention);
  waits = new CosmosWaitStore(open, retention);
});

afterAll(() => cosmos.close());

/** A run with a node that was committed, at work since now. */
async function startRun(): Promise<RunRecord> {
  const run = runRecord({ acceptedAt: new Date(clock.now()).toISOString() });
  await runs.claim(run);
  await runs.commitNode(nodeRecord(run.runId, { node: 'first' }));
  return run;
}

async function decidedWait({ runId }: RunRecord): Promise<void> {
  const [openedAt, decidedAt] = [new Date(clock.now()).toISOString(), new Date(clock.now()).toISOString()];
  await waits.open({ runId, node: 'approval', eventKey: 'approve', openedAt, status: 'open' });
  await waits.decide(runId, 'approval', { status: 'timed_out', decidedAt });
}

const namesOf = async ({ runId }: RunRecord) => (await runs.readNodes(runId)).map(({ node }) => node).sort();

describe('a run', () => {
  it('that has ended is forgotten with all its records once its retention is over, and not before', async () => {
    const run = await startRun();
    await decidedWait(run);
    await runs.commitNode(nodeRecord(run.runId, { node: 'last' }), runFinish(run.runId));

    clock.advance(RETENTION_DAYS * DAY_MS - 1_000);
    const before = [(await runs.read(run.runId))?.status, await namesOf(run), (await waits.list(run.runId)).length];
    clock.advance(2_000);
    const after = [await runs.read(run.runId), await namesOf(run), await waits.list(run.runId)];

    expect(before).toEqual(['completed', ['first', 'last'], 1]);
    expect(after).toEqual([null, [], []]);
  });

  it('whose retention is over can be claimed anew', async () => {
    const run = await startRun();
    await runs.finish(run.runId, runFinish(run.runId));

    clock.advance(RETENTION_DAYS * DAY_MS + 1_000);
    const claim = await runs.claim(run);

    expect(claim).toEqual({ kind: 'claimed' });
    expect(await namesOf(run)).toEqual([]);
  });

  it('that is at work is kept, and its records too as long as somebody looks after it', async () => {
    const run = await startRun();
    await decidedWait(run);

    for (let days = 0; days < 4 * RETENTION_DAYS; days += 5) {
      clock.advance(5 * DAY_MS);
      await runs.keep(run);
    }

    expect((await runs.read(run.runId))?.status).toBe('accepted');
    expect(await namesOf(run)).toEqual(['first']);
    expect(await waits.list(run.runId)).toHaveLength(1);
  });

  it('costs no write more for that while it is young', async () => {
    const run = await startRun();
    clock.advance((RETENTION_DAYS / 2) * DAY_MS);
    const before = cosmos.server.counters()['requests'];

    await runs.keep(run);

    expect(cosmos.server.counters()['requests']).toBe(before);
  });

  it('that is opened again after its end is kept until it ends again', async () => {
    const run = await startRun();
    await runs.finish(run.runId, runFinish(run.runId, { status: 'failed', outbox: [] }));
    clock.advance((RETENTION_DAYS - 1) * DAY_MS);
    const ended = await runs.read(run.runId);
    if (ended === null) throw new Error('The run should be there.');

    await runs.reopen(ended, { retriedAt: new Date(clock.now()).toISOString(), planHash: run.planHash });
    clock.advance((RETENTION_DAYS - 1) * DAY_MS);

    expect((await runs.read(run.runId))?.finishedAt).toBeUndefined();
    expect(await namesOf(run)).toEqual(['first']);
  });
});
