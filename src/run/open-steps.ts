import type { Step } from './run-step.ts';

/** What is under way for a run. */
export class OpenSteps {
  readonly #steps = new Set<Step>();

  add(step: Step): void {
    this.#steps.add(step);
  }

  /** False if it was not there: what was dropped may still come to an end. */
  remove(step: Step): boolean {
    return this.#steps.delete(step);
  }

  /** Takes out what is obsolete, and tells what that was. */
  drop(isObsolete: (step: Step) => boolean): Step[] {
    const obsolete = [...this.#steps].filter(isObsolete);
    for (const step of obsolete) this.#steps.delete(step);
    return obsolete;
  }

  count(...kinds: readonly Step['kind'][]): number {
    return [...this.#steps].filter(({ kind }) => kinds.includes(kind)).length;
  }

  /** Nodes with an open step of one of these kinds. */
  nodes(...kinds: readonly Step['kind'][]): string[] {
    const nodes = [...this.#steps].flatMap((step) => {
      const node = nodeOf(step);
      return node === null || !kinds.includes(step.kind) ? [] : [node];
    });
    return [...new Set(nodes)];
  }

  /** True if a task that takes whatever is next is at work, or about to be given again. */
  isDeciding(kind: 'task' | 'pause'): boolean {
    return [...this.#steps].some((step) => step.kind === kind && nodeOf(step) === null);
  }

  /** True if something is going to happen at that time or before, without anything having ended. */
  wakesBy(at: number): boolean {
    return [...this.#steps].some((step) => step.kind === 'wake' && step.at <= at);
  }

  pauses(): Extract<Step, { readonly kind: 'pause' }>[] {
    return [...this.#steps].flatMap((step) => (step.kind === 'pause' ? [step] : []));
  }
}

/** The node that a step is about; null if it is about none in particular. */
export function nodeOf(step: Step): string | null {
  return step.kind === 'pause' ? step.next.node : 'node' in step ? step.node : null;
}
