import { DependencyRefusedError } from '../../ports/errors.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import type { Claim, Commit, NodeRecord, RunFilter, RunFinish, RunPage, RunRecord, RunStore } from '../../ports/run-store.ts';
import { cursorAfter, positionOf, runPosition } from '../run-order.ts';

interface Entry {
  run: RunRecord;
  checkAfter: string;
  outbox: readonly RunEvent[];
  readonly nodes: Map<string, NodeRecord>;
}

/** A run store that lasts as long as the process. */
export class MemoryRunStore implements RunStore {
  readonly #entries = new Map<string, Entry>();

  async claim(run: RunRecord): Promise<Claim> {
    const entry = this.#entries.get(run.runId);
    if (entry) return { kind: 'exists', run: entry.run };
    this.#entries.set(run.runId, { run: structuredClone(run), checkAfter: run.acceptedAt, outbox: [], nodes: new Map() });
    return { kind: 'claimed' };
  }

  async read(runId: string): Promise<RunRecord | null> {
    return this.#entries.get(runId)?.run ?? null;
  }

  async readNodes(runId: string): Promise<readonly NodeRecord[]> {
    return [...(this.#entries.get(runId)?.nodes.values() ?? [])];
  }

  async commitNode(node: NodeRecord, finish?: RunFinish): Promise<Commit> {
    const entry = this.#entry(node.runId);
    const recorded = entry.nodes.get(node.node);
    const refused = finish === undefined ? recorded !== undefined : !end(entry, finish);
    if (refused) return { kind: 'exists', node: recorded ?? node };
    entry.nodes.set(node.node, structuredClone(node));
    return { kind: 'committed' };
  }

  async finish(runId: string, finish: RunFinish): Promise<boolean> {
    return end(this.#entry(runId), finish);
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
      .sort((a, b) => compare(a.checkAfter, b.checkAfter))
      .slice(0, limit)
      .map(({ run }) => run);
  }

  async unpublished(finishedBefore: string, limit: number): Promise<readonly { runId: string; outbox: readonly RunEvent[] }[]> {
    return [...this.#entries.values()]
      .filter(({ run, outbox }) => outbox.length > 0 && (run.finishedAt ?? '') < finishedBefore)
      .sort((a, b) => compare(a.run.finishedAt ?? '', b.run.finishedAt ?? ''))
      .slice(0, limit)
      .map(({ run, outbox }) => ({ runId: run.runId, outbox }));
  }

  async markPublished(runId: string): Promise<void> {
    this.#entry(runId).outbox = [];
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
      .sort((a, b) => compare(runPosition(a), runPosition(b)));
  }
}

/** False if the run had ended before. */
function end(entry: Entry, { outbox, ...outcome }: RunFinish): boolean {
  if (entry.run.finishedAt !== undefined) return false;
  entry.run = structuredClone({ ...entry.run, ...outcome });
  entry.outbox = structuredClone(outbox);
  return true;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
