import { createHash } from 'node:crypto';
import fc, { type GeneratorValue } from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import { PermanentError } from '../../src/nodes/errors.ts';
import type { Plan, PlanBody, PlanNode } from '../../src/pipeline/plan.ts';
import { type Behaviour, child, composite, node, plan, wait } from './plans.ts';

/** A plan with all it takes to run it, and what may be expected of two runs of it. */
export interface GeneratedPlan {
  readonly plan: Plan;
  readonly input: JsonValue;
  /** Nodes that begin beside one that fails may or may not have begun before it did. */
  readonly hasFailures: boolean;
  /** Something may run out of time. */
  readonly hasTimeouts: boolean;
}

const SECOND = 1_000;
const HOUR = 3_600_000;
const LARGE_CHARACTERS = 33_000;

/** What every `work` node does, as its spec says: a function of its path, its attempt and its input. */
export const scripted: Behaviour = (input, { node: path, attempt }, spec) => {
  if (spec['refuses'] === true) throw new PermanentError('refused', `${path} refuses.`);
  if (attempt <= Number(spec['failures'] ?? 0)) throw new Error(`${path} failed at attempt ${attempt}.`);
  const seen = createHash('sha256').update(canonical(input)).digest('hex').slice(0, 12);
  return { path, attempt, seen, ...(spec['large'] === true ? { text: 'x'.repeat(LARGE_CHARACTERS) } : {}) };
};

/** The pipeline that `child` nodes start. */
export const CHILD = plan(node('first', [], { kind: 'work', spec: { failures: 1 }, retry: retry(2) }), node('second', ['first']));

function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, item) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function retry(maxAttempts: number) {
  return { maxAttempts, delayMs: 10 * SECOND, backoff: 2, maxDelayMs: HOUR };
}

/** At most one node of a graph may fail without a handler: with two, which one did first would be anybody's guess. */
export function generatePlan(g: GeneratorValue): GeneratedPlan {
  const generator = new Generator(g);
  const nodes = generator.graph('', 2, 7);
  const output = Object.fromEntries(nodes.map(({ name }) => [name, name]));
  const input: JsonValue = { x: generator.upTo(5), ...(generator.oneIn(8) ? { text: 'x'.repeat(LARGE_CHARACTERS) } : {}) };
  const maxConcurrentNodes = generator.oneIn(2) ? 1 + generator.upTo(3) : 10;
  const isLimited = generator.oneIn(12);
  const timeoutMs = isLimited ? { timeoutMs: 3 * HOUR } : {};
  const { hasFailures, hasTimeouts } = generator;
  return {
    plan: { ...plan(...nodes), output, maxConcurrentNodes, ...timeoutMs },
    input,
    hasFailures,
    hasTimeouts: hasTimeouts || isLimited,
  };
}

class Generator {
  hasFailures = false;
  hasTimeouts = false;
  readonly #g: GeneratorValue;

  constructor(g: GeneratorValue) {
    this.#g = g;
  }

  upTo(max: number): number {
    return this.#g(fc.integer, { min: 0, max });
  }

  oneIn(count: number): boolean {
    return this.upTo(count - 1) === 0 && count > 1;
  }

  graph(prefix: string, depth: number, size: number): PlanNode[] {
    const count = 1 + this.upTo(size - 1);
    const risky = this.oneIn(3) ? this.upTo(count - 1) : -1;
    const nodes: PlanNode[] = [];
    for (let index = 0; index < count; index++) nodes.push(...this.#node(`${prefix}n${index}`, nodes, depth, index === risky));
    return nodes;
  }

  /** A node, with its handler if it has one. */
  #node(name: string, before: readonly PlanNode[], depth: number, risky: boolean): PlanNode[] {
    const names = before.map((one) => one.name);
    const chosen = names.filter(() => this.oneIn(3));
    const only = { dependencies: chosen, waitFor: names.filter((one) => !chosen.includes(one) && this.oneIn(6)) };
    const made = { ...this.#kind(name, depth, risky), ...only, ...(this.oneIn(10) ? { when: '1 == 2' } : {}) };
    if (!risky) return [made];
    if (this.oneIn(2)) {
      const handler = node(`${name}h`, [name], { handles: [name], onlyOnError: this.oneIn(2), spec: {} });
      return [{ ...made, onError: handler.name }, handler];
    }
    this.hasFailures = true;
    return [made];
  }

  #kind(name: string, depth: number, risky: boolean): PlanNode {
    const choice = this.upTo(depth > 0 ? 11 : 7);
    if (choice <= 3 || (choice === 4 && risky)) return this.#work(name, risky);
    if (choice === 4) return node(name, [], { kind: 'echo' });
    if (choice <= 6) return this.#wait(name, risky);
    if (choice === 7) return child(name, 'other');
    return this.#composite(name, depth - 1, risky);
  }

  #work(name: string, risky: boolean): PlanNode {
    const fails = risky && this.oneIn(2);
    const failures = fails || this.oneIn(3) ? 1 + this.upTo(2) : 0;
    const spec: JsonObject = {
      failures,
      ...(this.oneIn(8) ? { large: true } : {}),
      ...(risky && !fails ? { refuses: true } : {}),
    };
    return node(name, [], { spec, retry: retry(fails ? failures : failures + 1) });
  }

  #wait(name: string, risky: boolean): PlanNode {
    const timeoutMs = (1 + this.upTo(5)) * HOUR;
    return { ...wait(name, name, timeoutMs), ...(risky ? {} : { onTimeout: 'nobody' }) };
  }

  #composite(name: string, depth: number, risky: boolean): PlanNode {
    const graph = this.graph(`${name}_`, depth, 4);
    const inner: PlanBody = { nodes: graph, result: this.oneIn(3) ? 'map' : 'last', maxConcurrentNodes: 1 + this.upTo(4) };
    const handling = ['fail_fast', 'continue', 'collect'][this.upTo(2)] ?? 'continue';
    const loop: JsonObject = {
      error_handling: risky ? handling : 'continue',
      collect: ['list', 'last', 'dict'][this.upTo(2)] ?? 'list',
    };
    const rest = {
      ...(this.oneIn(4) ? { retry: retry(2) } : {}),
      ...(risky && this.oneIn(3) ? { timeoutMs: 2 * HOUR + 1 } : {}),
    };
    if ('timeoutMs' in rest) this.hasTimeouts = true;
    const isSafe = risky || loopsOverFailures(graph);
    switch (this.upTo(isSafe ? 3 : 2)) {
      case 0: {
        const items = Array.from({ length: this.upTo(4) }, (_, index) => index * 10);
        return composite(name, { mode: 'for-each', items, concurrency: 1 + this.upTo(2), ...loop }, inner, rest);
      }
      case 1:
        return composite(name, { mode: 'times', count: this.upTo(3), concurrency: 1 + this.upTo(2), ...loop }, inner, rest);
      case 2: {
        const state = { initial_state: { i: 0 }, state_update: [['i', 'state.i + 1']] };
        return composite(
          name,
          { mode: 'while', condition: `state.i < ${this.upTo(3)}`, ...state, max_iterations: 9, ...loop },
          inner,
          rest,
        );
      }
      default:
        return composite(name, { mode: 'if-else', condition: `${this.upTo(1)} == 1` }, inner, rest);
    }
  }
}

/** A branch fails with its body: only a graph that cannot fail is safe there. */
function loopsOverFailures(graph: readonly PlanNode[]): boolean {
  return graph.every(
    ({ kind, spec, onTimeout, onError, bodies }) =>
      onError !== undefined ||
      (kind === 'work' ? spec['refuses'] !== true : kind === 'wait' ? onTimeout !== undefined : bodies === undefined),
  );
}
