import type { Container } from '@azure/cosmos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CosmosCallbackStore } from '../../../src/adapters/azure/cosmos-callback-store.ts';
import { CosmosOutboxStore } from '../../../src/adapters/azure/cosmos-outbox-store.ts';
import { CosmosRunStore } from '../../../src/adapters/azure/cosmos-run-store.ts';
import { CosmosWaitStore } from '../../../src/adapters/azure/cosmos-wait-store.ts';
import { DependencyRefusedError } from '../../../src/ports/errors.ts';
import { testCallbackStore } from '../../conformance/callback-store.ts';
import { type OutboxStores, testOutboxStore } from '../../conformance/outbox-store.ts';
import { at, runEvent, runFinish, runRecord } from '../../conformance/records.ts';
import { type LocalCosmos, startLocalCosmos } from './local-cosmos.ts';

let cosmos: LocalCosmos;
let container: Container;
let stores: OutboxStores;

beforeAll(async () => {
  cosmos = await startLocalCosmos();
  container = cosmos.database.container('runs');
  const openContainer = async () => container;
  stores = {
    outboxes: new CosmosOutboxStore(openContainer),
    runs: new CosmosRunStore(openContainer),
    waits: new CosmosWaitStore(openContainer),
  };
});

afterAll(() => cosmos.close());

describe('CosmosOutboxStore', () => testOutboxStore(() => stores));

describe('CosmosCallbackStore', () => testCallbackStore(() => new CosmosCallbackStore(async () => container)));

it('marks the start and the end of a run by one request', async () => {
  const run = runRecord();
  await stores.runs.claim(run, [runEvent(run.runId, { id: `${run.runId}:started` })]);
  await stores.runs.finish(run.runId, runFinish(run.runId));
  const before = cosmos.server.counters()['requests'] ?? 0;

  await stores.outboxes.markPublished([
    { runId: run.runId, place: { kind: 'start' }, events: [runEvent(run.runId, { id: `${run.runId}:started` })] },
    { runId: run.runId, place: { kind: 'end' }, events: [runEvent(run.runId)] },
  ]);

  const { resource } = await container.item('run', run.runId).read<Record<string, unknown>>();
  expect((cosmos.server.counters()['requests'] ?? 0) - before).toBe(2);
  expect(Object.keys(resource ?? {}).filter((name) => /outbox|unpublished/i.test(name))).toEqual([]);
});

it('says that a container is missing', async () => {
  const lost = new CosmosOutboxStore(async () => cosmos.database.container('lost'));

  const finding = lost.unpublished(at(0), 1);

  await expect(finding).rejects.toThrow(DependencyRefusedError);
});
