import type { JsonValue } from '../json.ts';
import type { Frame } from './frame.ts';
import { bodiesAround, isWithin } from './node-path.ts';
import type { NodeOutcome } from './outcome.ts';

/** What somebody who carries a run on has learnt of it. Of a composite node that has ended, its end alone is kept. */
export class KnownRun {
  readonly outcomes = new Map<string, NodeOutcome>();
  readonly frames = new Map<string, Frame>();
  /** Results as values; lacks those of `outcomes` that are references. */
  readonly results = new Map<string, JsonValue>();

  learn(outcome: NodeOutcome): void {
    this.outcomes.set(outcome.node, outcome);
    if ('value' in outcome.result) this.results.set(outcome.node, outcome.result.value);
    this.#forgetWithin(outcome.node);
  }

  enter(frame: Frame): void {
    const before = this.frames.get(frame.node);
    this.frames.set(frame.node, frame);
    if (before !== undefined && before.attempt !== frame.attempt) this.#forgetWithin(frame.node);
  }

  /** True if no result is a reference whose value nobody has loaded. */
  get isLoaded(): boolean {
    return this.results.size === this.outcomes.size;
  }

  /** True if the node lies in a composite node, or in an attempt at one, that has ended without it. */
  isOver(path: string): boolean {
    return bodiesAround(path).some(({ composite, attempt, body }) => {
      if (this.outcomes.has(composite) || this.outcomes.has(body)) return true;
      const frame = this.frames.get(composite);
      return frame !== undefined && frame.attempt !== attempt;
    });
  }

  #forgetWithin(node: string): void {
    // Only composite nodes and their items hold anything.
    if (!this.frames.has(node) && !node.endsWith(']')) return;
    if (this.outcomes.has(node)) this.frames.delete(node);
    for (const path of this.outcomes.keys()) {
      if (path === node || !isWithin(path, node)) continue;
      this.outcomes.delete(path);
      this.results.delete(path);
    }
    for (const path of this.frames.keys()) if (path !== node && isWithin(path, node)) this.frames.delete(path);
  }
}
