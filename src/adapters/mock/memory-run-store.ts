import { DependencyRefusedError } from '../../ports/errors.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import type {
  Claim,
  Commit,
  NodeRecord,
  Reopening,
  RunFilter,
  RunFinish,
  RunPage,
  RunRecord,
  RunStore,
} from '../../ports/run-store.ts';
import { reopened } from '../reopened-run.ts';
import { cursorAfter, positionOf, runPosition } from '../run-order.ts';
import { by } from '../text-order.ts';
import { MemoryOutboxStore } from './memory-outbox-store.ts';

interface Entry {
  run: RunRecord;
  checkAfter: string;
  readonly nodes: Map<string, NodeRecord>;
}

/** A run store that lasts as long as the process. */
export class MemoryRunStore implements RunStore {
  readonly #entries = new Map<string, Entry>();
  readonly #outboxes: MemoryOutboxStore;

  constructor(outboxes = new MemoryOutboxStore()) {
    this.#outboxes = outboxes;
  }

  async claim(run: RunRecord, outbox: readonly RunEvent[] = []): Promise<Claim> {
    const entry = this.#entries.get(run.runId);
    if (entry) return { kind: 'exists', run: entry.run };
    this.#entries.set(run.runId, { run: structuredClone(run), checkAfter: run.acceptedAt, nodes: new Map() });
    this.#outboxes.leave(run.runId, { kind: 'start' }, outbox, run.acceptedAt);
    return { kind: 'claimed' };
  }

  async read(runId: string): Promise<RunRecord | null> {
    return this.#entries.get(runId)?.run ?? null;
  }

  async readNodes(runId: string): Promise<readonly NodeRecord[]> {
    return [...(this.#entries.get(runId)?.nodes.values() ?? [])];
  }

  async commitNode(node: NodeRecord, finish?: RunFinish, outbox: readonly RunEvent[] = []): Promise<Commit> {
    const entry = this.#entry(node.runId);
    const recorded = entry.nodes.get(node.node);
    const refused = finish === undefined ? recorded !== undefined : !this.#end(entry, finish);
    if (refused) return { kind: 'exists', node: recorded ?? node };
    entry.nodes.set(node.node, structuredClone(node));
    if (finish === undefined) this.#outboxes.leave(node.runId, { kind: 'node', node: node.node }, outbox, node.finishedAt);
    return { kind: 'committed' };
  }

  async finish(runId: string, finish: RunFinish): Promise<boolean> {
    return this.#end(this.#entry(runId), finish);
  }

  async markStarted(runId: string, checkAfter: string): Promise<void> {
    const entry = this.#entry(runId);
    if (entry.run.finishedAt !== undefined) return;
    entry.run = { ...entry.run, status: 'running' };
    entry.checkAfter = checkAfter;
  }

  async unconfirmed(dueBefore: string, limit: number): Promise<readonly RunRecord[]> {
    return [...this.#entries.values()]
      .filter(({ run, checkAfter }) => run.finishedAt === undefined && checkAfter < dueBefore)
      .sort(by(({ checkAfter }) => checkAfter))
      .slice(0, limit)
      .map(({ run }) => run);
  }

  async keep(): Promise<void> {
    // Nothing is forgotten here.
  }

  async list(filter: RunFilter): Promise<RunPage> {
    const before = filter.cursor === undefined ? undefined : positionOf(filter.cursor);
    const matching = this.#runs(
      (run) =>
        (filter.status === undefined || run.status === filter.status) &&
        (filter.pipeline === undefined || run.pipeline === filter.pipeline) &&
        (filter.trigger === undefined || run.trigger === filter.trigger) &&
        (filter.from === undefined || run.acceptedAt >= filter.from) &&
        (filter.to === undefined || run.acceptedAt < filter.to) &&
        (before === undefined || runPosition(run) < before),
    ).reverse();
    const runs = matching.slice(0, filter.limit);
    const last = runs.at(-1);
    return last && matching.length > runs.length ? { runs, cursor: cursorAfter(last) } : { runs };
  }

  async openChildren(runId: string): Promise<readonly RunRecord[]> {
    return structuredClone(this.#runs((run) => run.parent?.runId === runId && run.finishedAt === undefined));
  }

  async failedChildren(runId: string): Promise<readonly RunRecord[]> {
    const isFailed = ({ status }: RunRecord) => status === 'failed' || status === 'cancelled';
    return structuredClone(this.#runs((run) => run.parent?.runId === runId && isFailed(run)));
  }

  async reopen(run: RunRecord, { retriedAt, planHash }: Reopening): Promise<RunRecord | null> {
    const entry = this.#entry(run.runId);
    if (entry.run.finishedAt !== run.finishedAt || this.#outboxes.holds(run.runId, { kind: 'end' })) return null;
    const failed = [...entry.nodes.values()].filter(({ status }) => status === 'failed');
    if (failed.some(({ node }) => this.#outboxes.holds(run.runId, { kind: 'node', node }))) return null;
    for (const { node } of failed) entry.nodes.delete(node);
    entry.run = reopened(entry.run, { retriedAt, planHash });
    entry.checkAfter = retriedAt;
    return structuredClone(entry.run);
  }

  /** False if the run had ended before, or was opened again since. */
  #end(entry: Entry, { outbox, ...outcome }: RunFinish): boolean {
    if (entry.run.finishedAt !== undefined || entry.run.retry !== outcome.retry) return false;
    entry.run = structuredClone({ ...entry.run, ...outcome });
    this.#outboxes.leave(entry.run.runId, { kind: 'end' }, outbox, outcome.finishedAt);
    return true;
  }

  #entry(runId: string): Entry {
    const entry = this.#entries.get(runId);
    if (!entry) throw new DependencyRefusedError(`The run ${runId} is not in the store. Claim it first.`);
    return entry;
  }

  /** In the order of acceptance. */
  #runs(matches: (run: RunRecord) => boolean): RunRecord[] {
    return [...this.#entries.values()]
      .map(({ run }) => run)
      .filter(matches)
      .sort(by(runPosition));
  }
}
