import { describe, expect, it } from 'vitest';
import { MemoryArtifactStore } from '../../../src/adapters/mock/memory-artifact-store.ts';
import { MemoryCallbackStore } from '../../../src/adapters/mock/memory-callback-store.ts';
import { MemoryClaimCheckStore } from '../../../src/adapters/mock/memory-claim-check-store.ts';
import { MemoryOutboxStore } from '../../../src/adapters/mock/memory-outbox-store.ts';
import { MemoryPlanStore } from '../../../src/adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../../../src/adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../../../src/adapters/mock/memory-run-store.ts';
import { MemoryWaitStore } from '../../../src/adapters/mock/memory-wait-store.ts';
import { testArtifactStore } from '../../conformance/artifact-store.ts';
import { testCallbackStore } from '../../conformance/callback-store.ts';
import { testClaimCheckStore } from '../../conformance/claim-check-store.ts';
import { testEventPublisher } from '../../conformance/event-publisher.ts';
import { testOutboxStore } from '../../conformance/outbox-store.ts';
import { testPlanStore } from '../../conformance/plan-store.ts';
import { runRecord } from '../../conformance/records.ts';
import { testRunStore } from '../../conformance/run-store.ts';

describe('MemoryRunStore', () => {
  const store = new MemoryRunStore();
  testRunStore(() => store);

  it('keeps its own copy of what it is given', async () => {
    const items = ['a'];
    const run = runRecord({ input: { value: { items } } });
    await store.claim(run);

    items.push('b');

    expect((await store.read(run.runId))?.input).toEqual({ value: { items: ['a'] } });
  });
});

describe('MemoryOutboxStore', () => {
  const outboxes = new MemoryOutboxStore();
  const stores = { outboxes, runs: new MemoryRunStore(outboxes), waits: new MemoryWaitStore(outboxes) };
  testOutboxStore(() => stores);
});

describe('MemoryCallbackStore', () => {
  const store = new MemoryCallbackStore();
  testCallbackStore(() => store);
});

describe('MemoryPlanStore', () => {
  const store = new MemoryPlanStore();
  testPlanStore(() => store);
});

describe('MemoryArtifactStore', () => {
  const store = new MemoryArtifactStore();
  testArtifactStore(
    () => store,
    async (url) => store.follow(url),
  );
});

describe('MemoryPublisher', () => {
  const publisher = new MemoryPublisher();
  testEventPublisher(() => ({ publisher, published: async () => publisher.published }));
});

describe('MemoryClaimCheckStore', () => {
  testClaimCheckStore(() => {
    const store = new MemoryClaimCheckStore();
    return { store, leave: async (path, content) => store.leave(path, content) };
  });
});
