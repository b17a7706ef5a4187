import { ExpressionError, type ExpressionErrorCode } from './errors.ts';
import { CHARACTERS_PER_STEP, MAX_DATA_DEPTH, MAX_ITEMS, MAX_STEPS, MAX_TEXT_LENGTH } from './limits.ts';
import type { Lookup } from './scope.ts';
import type { Value } from './values.ts';

/** One evaluation: where names come from, what time it is, and what it may still cost. */
export class Runtime {
  readonly lookup: Lookup;
  /** Unix milliseconds. */
  readonly now: number;
  /** Values of comprehension variables, by slot. */
  readonly locals: Value[] = [];
  /** Where in the source the evaluation is; errors point there. */
  offset = 0;
  readonly #budget: number;
  #steps: number;
  #dataDepth = 0;

  constructor(lookup: Lookup, now: number, budget = MAX_STEPS) {
    this.lookup = lookup;
    this.now = now;
    this.#budget = budget;
    this.#steps = budget;
  }

  get spent(): number {
    return this.#budget - this.#steps;
  }

  /** Pays for work; an evaluation has a fixed budget. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw this.error('cost_limit', `The expression takes more than ${this.#budget} steps.`);
  }

  /** Pays for text that is made or searched, before that is done. */
  spendText(length: number): void {
    if (length > MAX_TEXT_LENGTH) throw this.error('text_limit', `A text would have more than ${MAX_TEXT_LENGTH} characters.`);
    this.spend(1 + length / CHARACTERS_PER_STEP);
  }

  /** Pays for the items of a collection that is made or walked, before that is done. */
  spendItems(count: number): void {
    if (count > MAX_ITEMS) throw this.error('collection_limit', `A collection would have more than ${MAX_ITEMS} items.`);
    this.spend(1 + count);
  }

  /** Goes into a list or mapping, and `leave` out of it again: data may be nested deeper than the stack can follow. */
  enter(): void {
    this.#dataDepth += 1;
    if (this.#dataDepth > MAX_DATA_DEPTH) throw this.error('depth_exceeded', `A value has more than ${MAX_DATA_DEPTH} levels.`);
  }

  leave(): void {
    this.#dataDepth -= 1;
  }

  error(code: ExpressionErrorCode, message: string): ExpressionError {
    return new ExpressionError(code, message, this.offset);
  }
}
