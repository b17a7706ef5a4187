import type { Pending } from './pending.ts';

/** What is under way for a run. */
export class PendingSet {
  readonly #all = new Set<Pending>();

  add(pending: Pending): void {
    this.#all.add(pending);
  }

  /** False if it was not there: what was dropped may still come to an end. */
  remove(pending: Pending): boolean {
    return this.#all.delete(pending);
  }

  /** Takes out what is obsolete, and tells what that was. */
  drop(isObsolete: (pending: Pending) => boolean): Pending[] {
    const obsolete = [...this.#all].filter(isObsolete);
    for (const pending of obsolete) this.#all.delete(pending);
    return obsolete;
  }

  count(...kinds: readonly Pending['kind'][]): number {
    return [...this.#all].filter(({ kind }) => kinds.includes(kind)).length;
  }

  /** Nodes with an open pending of one of these kinds. */
  nodes(...kinds: readonly Pending['kind'][]): string[] {
    const nodes = [...this.#all].flatMap((pending) => {
      const node = nodeOf(pending);
      return node === null || !kinds.includes(pending.kind) ? [] : [node];
    });
    return [...new Set(nodes)];
  }

  /** True if a task that takes whatever is next is at work, or about to be given again. */
  isDeciding(kind: 'task' | 'pause'): boolean {
    return [...this.#all].some((pending) => pending.kind === kind && nodeOf(pending) === null);
  }

  /** True if something is going to happen at that time or before, without anything having ended. */
  wakesBy(at: number): boolean {
    return [...this.#all].some((pending) => pending.kind === 'wake' && pending.at <= at);
  }

  pauses(): Extract<Pending, { readonly kind: 'pause' }>[] {
    return [...this.#all].flatMap((pending) => (pending.kind === 'pause' ? [pending] : []));
  }
}

/** The node that a pending is about; null if it is about none in particular. */
export function nodeOf(pending: Pending): string | null {
  return pending.kind === 'pause' ? pending.next.node : 'node' in pending ? pending.node : null;
}
