import type { JsonObject } from '../../src/json.ts';
import type { PlanNode } from '../../src/pipeline/plan.ts';

/** What a node of a generated plan comes to. A wait in vain counts as nothing to those that depend on it. */
type Fate = 'done' | 'failed' | 'absent';

/** Of a plan without unhandled failures or timeouts: each `work` node that is to run, with its last attempt, by reading the plan. */
export function expectedRecords(nodes: readonly PlanNode[], gotEvent: (path: string) => boolean): ReadonlyMap<string, unknown> {
  const records = new Map<string, unknown>();
  expectGraph(nodes, '', { records, gotEvent });
  return new Map([...records].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Expectation {
  readonly records: Map<string, unknown>;
  readonly gotEvent: (path: string) => boolean;
}

function expectGraph(nodes: readonly PlanNode[], prefix: string, expectation: Expectation): void {
  const fates = new Map<string, Fate>();
  for (const node of nodes) {
    fates.set(node.name, isSkipped(node, fates) ? 'absent' : fateOf(node, prefix + node.name, expectation));
  }
}

function isSkipped({ dependencies, when, onlyOnError, handles = [] }: PlanNode, fates: ReadonlyMap<string, Fate>): boolean {
  if (dependencies.length > 0 && dependencies.every((name) => fates.get(name) === 'absent')) return true;
  return when !== undefined || (onlyOnError && !handles.some((name) => fates.get(name) === 'failed'));
}

function fateOf(node: PlanNode, path: string, expectation: Expectation): Fate {
  const { kind, spec, retry, onTimeout, bodies = {} } = node;
  if (kind === 'wait' && !expectation.gotEvent(path)) return onTimeout === undefined ? 'failed' : 'absent';
  if (kind === 'composite') {
    const graph = Object.values(bodies)[0]?.nodes ?? [];
    for (const place of placesOf(spec)) expectGraph(graph, `${path}[${place}].`, expectation);
  }
  if (kind !== 'work') return 'done';
  const needed = Number(spec['failures'] ?? 0) + 1;
  const isFailed = spec['refuses'] === true || needed > retry.maxAttempts;
  const attempt = spec['refuses'] === true ? 1 : Math.min(needed, retry.maxAttempts);
  expectation.records.set(path, { attempt, status: isFailed ? 'failed' : 'completed' });
  return isFailed ? 'failed' : 'done';
}

function placesOf({ mode, items, count, condition }: JsonObject): readonly (string | number)[] {
  if (mode === 'if-else') return condition === '1 == 1' ? ['then'] : [];
  const turns = Number(/< (\d+)/.exec(String(condition))?.[1] ?? 0);
  const length = mode === 'while' ? turns : Array.isArray(items) ? items.length : Number(count);
  return Array.from({ length }, (_, index) => index);
}
