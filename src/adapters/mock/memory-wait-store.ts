import type { RunEvent } from '../../ports/event-publisher.ts';
import type { WaitDecision, WaitRecord, WaitStore } from '../../ports/wait-store.ts';
import { by } from '../text-order.ts';
import { MemoryOutboxStore } from './memory-outbox-store.ts';

/** Waits in this process's memory. */
export class MemoryWaitStore implements WaitStore {
  readonly #waits = new Map<string, WaitRecord>();
  readonly #outboxes: MemoryOutboxStore;

  constructor(outboxes = new MemoryOutboxStore()) {
    this.#outboxes = outboxes;
  }

  async open(wait: WaitRecord, outbox: readonly RunEvent[] = []): Promise<{ first: boolean; wait: WaitRecord }> {
    const key = keyOf(wait.runId, wait.node);
    const known = this.#waits.get(key);
    if (known !== undefined) return { first: false, wait: structuredClone(known) };
    this.#waits.set(key, structuredClone(wait));
    this.#outboxes.leave(wait.runId, { kind: 'wait', node: wait.node }, outbox, wait.openedAt);
    return { first: true, wait };
  }

  async read(runId: string, node: string): Promise<WaitRecord | null> {
    return structuredClone(this.#waits.get(keyOf(runId, node))) ?? null;
  }

  async decide(runId: string, node: string, decision: WaitDecision): Promise<{ first: boolean; wait: WaitRecord } | null> {
    const known = this.#waits.get(keyOf(runId, node));
    if (known === undefined) return null;
    if (known.status !== 'open') return { first: false, wait: structuredClone(known) };
    const wait = { ...known, ...structuredClone(decision) };
    this.#waits.set(keyOf(runId, node), wait);
    return { first: true, wait: structuredClone(wait) };
  }

  async forget(runId: string, node: string): Promise<void> {
    this.#waits.delete(keyOf(runId, node));
  }

  async list(runId: string): Promise<readonly WaitRecord[]> {
    const waits = [...this.#waits.values()].filter((wait) => wait.runId === runId);
    return structuredClone(waits.sort(by(({ openedAt }) => openedAt)));
  }
}

function keyOf(runId: string, node: string): string {
  return `${runId} ${node}`;
}
