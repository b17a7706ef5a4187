import { ExpressionError } from '../expression/errors.ts';
import { evaluatePredicate, parseExpression } from '../expression/expression.ts';
import type { Lookup } from '../expression/scope.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { NODE_TIMEOUT_MS } from '../limits.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import type { FailureRecord } from '../ports/run-store.ts';
import { walkBranches } from './branches.ts';
import { type CompositeSpec, readCompositeSpec } from './composite-spec.ts';
import { failureOf, NodeTimeoutError } from './failure.ts';
import type { Frame } from './frame.ts';
import type { GraphState } from './graph-scope.ts';
import { walkItems } from './loop-items.ts';
import { walkTurns } from './loop-turns.ts';
import { bodyPath, bodyPrefix, isWithin, REDUCER } from './node-path.ts';
import { failedOutcome } from './outcome.ts';
import { retryDelayMs } from './retry.ts';
import type { Walk } from './walk.ts';

/** A composite node whose turn has come. */
export interface CompositeTurn {
  readonly path: string;
  readonly node: PlanNode;
  readonly input: JsonValue;
  readonly scope: Lookup;
  /** Nodes of its graph that have ended. */
  readonly known: readonly string[];
}

/** Where a composite node stands. */
export type CompositeState =
  | { readonly kind: 'open' }
  | { readonly kind: 'done'; readonly result: JsonValue; readonly metadata: JsonObject }
  | { readonly kind: 'failed'; readonly error: FailureRecord };

/** Brings a composite node as far as it goes without an effect, and settles it if it has ended. */
export function walkComposite(walk: Walk, turn: CompositeTurn): void {
  const { path, node, known } = turn;
  const frame = walk.frameOf(path) ?? { node: path, attempt: 1, startedAt: walk.now, known };
  if (walk.frameOf(path) === undefined) walk.setFrame(frame);
  if (walk.now < frame.startedAt) {
    walk.wake(frame.startedAt);
    return;
  }

  const state = isOverdue(walk, turn, frame) ? overdue(node) : walkMode(new CompositeRun(walk, turn, frame));
  if (state.kind === 'done') {
    const metadata = { ...state.metadata, duration_ms: walk.now - frame.startedAt };
    walk.settle({ node: path, status: 'completed', result: { value: { result: state.result, metadata } } });
  } else if (state.kind === 'failed') {
    failOrRepeat(walk, turn, frame, state.error);
  }
}

function walkMode(run: CompositeRun): CompositeState {
  try {
    switch (run.spec.mode) {
      case 'for-each':
      case 'times':
        return walkItems(run);
      case 'while':
        return walkTurns(run);
      default:
        return walkBranches(run);
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { kind: 'failed', error: failureOf(error) };
  }
}

function isOverdue(walk: Walk, { node }: CompositeTurn, frame: Frame): boolean {
  if (node.timeoutMs === 0) return false;
  const deadline = frame.startedAt + node.timeoutMs;
  if (walk.now < deadline) walk.wake(deadline);
  return walk.now >= deadline;
}

function overdue(node: PlanNode): CompositeState {
  return { kind: 'failed', error: failureOf(new NodeTimeoutError(node.name, node.timeoutMs)) };
}

/** A new attempt begins from the start, under paths of its own. */
function failOrRepeat(walk: Walk, { path, node, known }: CompositeTurn, frame: Frame, error: FailureRecord): void {
  const delayMs = retryDelayMs(node.retry, frame.attempt, error, path);
  if (delayMs === null) {
    walk.settle(failedOutcome(path, node, error));
    return;
  }
  const startedAt = walk.now + delayMs;
  walk.setFrame({ node: path, attempt: frame.attempt + 1, startedAt, known });
  walk.wake(startedAt);
}

/** One attempt at a composite node: its spec, its scope, and the way into its bodies. */
export class CompositeRun {
  readonly walk: Walk;
  readonly spec: CompositeSpec;
  readonly frame: Frame;
  readonly node: PlanNode;
  readonly path: string;
  /** The prepared input as a mapping. */
  readonly data: JsonObject;
  readonly #scope: Lookup;

  constructor(walk: Walk, { path, node, input, scope }: CompositeTurn, frame: Frame) {
    this.walk = walk;
    this.node = node;
    this.path = path;
    this.frame = frame;
    this.spec = readCompositeSpec(node.spec);
    this.data = isJsonObject(input) ? input : { input };
    this.#scope = scope;
  }

  /** Names in the node's own texts: those given here first, then its data, then what its scope knows. */
  lookup(bound: JsonObject): Lookup {
    return (name) => {
      if (Object.hasOwn(bound, name)) return bound[name];
      return Object.hasOwn(this.data, name) ? this.data[name] : this.#scope(name);
    };
  }

  holds(condition: string, bound: JsonObject): boolean {
    return evaluatePredicate(parseExpression(condition), this.lookup(bound), { now: this.frame.startedAt });
  }

  bodyPath(key: string | number): string {
    return bodyPath(this.path, this.frame.attempt, key);
  }

  /**
   * Items that run side by side belong to different tasks: one that was given for a node within an item knows that item alone,
   * and leaves the others to the orchestrator. Undefined if the task at hand is not within the loop, or has it to itself.
   */
  ownItem(count: number): number | undefined {
    const { given } = this.walk;
    if (this.spec.concurrency === 1 || given === undefined || !isWithin(given.path, this.path)) return undefined;
    for (let index = 0; index < count; index++) if (isWithin(given.path, this.bodyPath(index))) return index;
    return undefined;
  }

  /** Brings one body as far as it goes. `bound` are the names it sees besides the node's data. A missing body gives its context. */
  enter(bodyKey: string, place: string | number, bound: JsonObject): GraphState {
    const context = { ...this.data, ...bound };
    const body = this.node.bodies?.[bodyKey];
    if (body === undefined || body.nodes.length === 0) return done(context);
    const path = this.bodyPath(place);
    const prefix = bodyPrefix(path);
    const { nodes, maxConcurrentNodes } = body;
    const fresh = this.walk.isFresh(path);
    const state = this.walk.graph({ prefix, nodes, input: context, outer: this.lookup(bound), maxConcurrentNodes, fresh });
    if (state.kind === 'done' && body.result === 'map') {
      const entries = nodes.map(({ name }) => [name, this.walk.resultOf(prefix + name)]);
      return done(Object.fromEntries(entries));
    }
    return state.kind === 'failed' ? { kind: 'failed', error: bodyFailure(nodes, state.error) } : state;
  }

  /** As `enter`, remembering the outcome under the body's path: what a loop does for each item. */
  enterOnce(place: string | number, bound: () => JsonObject): GraphState {
    const path = this.bodyPath(place);
    const known = this.walk.outcomeOf(path);
    if (known?.error !== undefined) return { kind: 'failed', error: known.error };
    if (known !== undefined) return { kind: 'done', result: known.result, value: this.walk.resultOf(path) };
    const state = this.enter('body', place, bound());
    if (state.kind === 'done') this.walk.settle({ node: path, status: 'completed', result: state.result }, state.value);
    if (state.kind === 'failed') {
      this.walk.settle({ node: path, status: 'failed', result: { value: null }, error: state.error });
    }
    return state;
  }

  /** Takes the place of a body that is not there. */
  passOver(place: string | number, value: JsonValue): GraphState {
    const path = this.bodyPath(place);
    if (this.walk.outcomeOf(path) === undefined) this.walk.settle({ node: path, status: 'completed', result: { value } });
    return done(value);
  }

  /** Hands a list to a step, as a node within this one: steps do their work in tasks. */
  reduce(reducer: string, values: JsonValue): GraphState {
    const node: PlanNode = { ...PLAIN, retry: this.node.retry, spec: { fn: reducer } };
    const path = this.bodyPath(REDUCER);
    const prefix = bodyPrefix(path);
    const fresh = this.walk.isFresh(path);
    return this.walk.graph({ prefix, nodes: [node], input: values, maxConcurrentNodes: 1, fresh });
  }
}

function done(value: JsonValue): GraphState {
  return { kind: 'done', result: { value }, value };
}

/** A call of a step that neither waits nor is conditional. */
const PLAIN = {
  name: 'reduce',
  kind: 'function_node',
  dependencies: [],
  waitFor: [],
  critical: false,
  requiredInputs: [],
  strictMapping: false,
  timeoutMs: NODE_TIMEOUT_MS,
  onlyOnError: false,
} as const;

/** A body that is only a step is told by the step's name. */
function bodyFailure(nodes: readonly PlanNode[], error: FailureRecord): FailureRecord {
  const [only] = nodes;
  if (nodes.length !== 1 || only?.name !== 'body' || only.kind !== 'function_node') return error;
  const message = error.message.replace(/^Node 'body' \([^)]*\): /, '');
  return { ...error, message: `Function '${String(only.spec['fn'])}' execution failed: ${message}` };
}
