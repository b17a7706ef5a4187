import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Message } from '../../../local/service-bus/message.ts';
import { MESSAGE_STATE } from '../../../local/service-bus/message.ts';
import { QueueStore } from '../../../local/service-bus/queue-store.ts';

function message(rowId: number, sequenceNumber: number): Message {
  const bytes = Buffer.alloc(0);
  return {
    rowId,
    sequenceNumber,
    originalSequenceNumber: sequenceNumber,
    enqueuedAt: 1,
    dueAt: undefined,
    expiresAt: undefined,
    content: {
      durable: false,
      priority: undefined,
      ttlMs: undefined,
      annotations: bytes,
      annotationCount: 0,
      bare: Buffer.from('bare'),
    },
    state: MESSAGE_STATE.active,
    deliveryCount: 0,
    lock: undefined,
    removed: false,
  };
}

describe('the store of the queues', () => {
  it('commits what one turn changed together, and calls back after that', async () => {
    const store = new QueueStore(':memory:', () => undefined);
    onTestFinished(() => store.close());
    const { id } = store.openQueue('orders');
    for (const number of [1, 2, 3]) store.insert(id, message(store.newRowId(), number));

    await new Promise<void>((resolve) => store.afterCommit(resolve));

    expect(store.commits).toBe(1);
    expect(store.openQueue('orders').messages.map((stored) => stored.sequenceNumber)).toEqual([1, 2, 3]);
  });

  it('calls back at once when nothing waits', () => {
    const store = new QueueStore(':memory:', () => undefined);
    onTestFinished(() => store.close());
    const callback = vi.fn();

    store.afterCommit(callback);

    expect(callback).toHaveBeenCalledOnce();
  });

  it('goes on numbering where it was, even when every message is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'queue-store-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'queues.db');
    const before = new QueueStore(path, () => undefined);
    const only = message(before.newRowId(), 41);
    before.insert(before.openQueue('orders').id, only);
    before.remove(only);
    before.close();

    const after = new QueueStore(path, () => undefined);
    onTestFinished(() => after.close());

    expect(after.openQueue('orders')).toMatchObject({ nextSequenceNumber: 42, messages: [] });
  });

  it('reports a commit that failed, keeps nothing of it and calls nobody back', async () => {
    const onCommit = vi.fn();
    const failure = await new Promise((resolve) => {
      const store = new QueueStore(':memory:', resolve);
      onTestFinished(() => store.close());
      const { id } = store.openQueue('orders');
      store.insert(id, message(1, 1));
      store.insert(id, message(1, 2));
      store.afterCommit(onCommit);
    });

    expect(failure).toBeInstanceOf(Error);
    expect(onCommit).not.toHaveBeenCalled();
  });
});
