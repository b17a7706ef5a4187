import { type Action, ActionType, type HttpRequest, type RetryOptions } from './actions.ts';
import { UnsupportedActionError } from './errors.ts';
import { type EventRaised, EventType, type HistoryEvent, type TaskSucceeded } from './history.ts';
import { httpWork, pollAfter } from './http-polling.ts';
import { type ScheduledTask, type TaskWork, workOf } from './scheduled-task.ts';

/** Lengths, in milliseconds, at which the SDK cuts a long timer into several. */
export interface TimerLimits {
  readonly maximumShort: number;
  readonly longInterval: number;
}

/** Where an execution stands after its actions met its history. */
export interface Replay {
  /** Every task that took an id, in the order of the ids. */
  readonly scheduled: readonly ScheduledTask[];
  /** Ids of activities, timers and sub-orchestrations without an outcome. */
  readonly open: ReadonlySet<number>;
  /** Every root action is settled. */
  readonly settled: boolean;
  /** An external event is awaited. */
  readonly waiting: boolean;
  readonly continueAsNew: { readonly input: unknown } | undefined;
  /** Events raised after continue-as-new was called: they belong to the next execution. */
  readonly carriedOver: ReadonlySet<EventRaised>;
  /** Names of raised events that nobody has awaited so far. */
  readonly unawaited: readonly string[];
}

interface Node {
  outcome: 'open' | 'succeeded' | 'failed';
  readonly parent: Parent | undefined;
}

interface Parent extends Node {
  childSettled(child: Node): void;
}

interface Leaf extends Node {
  readonly id: number;
  /** JSON text, once it has succeeded. */
  result?: string;
}

/**
 * Performs an execution's actions against its history the way the SDK does, so that both count the same task ids: the SDK returns
 * actions without ids, and history names tasks by id alone.
 */
export function replay(actions: readonly Action[], history: Iterable<HistoryEvent>, limits: TimerLimits): Replay {
  return new Replayer(actions, limits).run(history);
}

class Replayer {
  readonly #roots: readonly Action[];
  readonly #limits: TimerLimits;
  readonly #scheduled: ScheduledTask[] = [];
  readonly #open = new Map<number, Leaf>();
  /** Newest last; the SDK answers the newest waiter first. */
  readonly #waiters = new Map<string, Node[]>();
  /** How many events of a name came before anyone waited for them. */
  readonly #early = new Map<string, number>();
  readonly #carriedOver = new Set<EventRaised>();
  #continueAsNew: { readonly input: unknown } | undefined;
  #current: Node | undefined;
  #cursor = 0;
  #clock = 0;

  constructor(roots: readonly Action[], limits: TimerLimits) {
    this.#roots = roots;
    this.#limits = limits;
  }

  run(history: Iterable<HistoryEvent>): Replay {
    for (const event of history) if (this.#apply(event)) this.#advance();
    return {
      scheduled: this.#scheduled,
      open: new Set(this.#open.keys()),
      settled: this.#cursor === this.#roots.length && this.#current?.outcome !== 'open',
      waiting: [...this.#waiters.values()].some((waiters) => waiters.length > 0),
      continueAsNew: this.#continueAsNew,
      carriedOver: this.#carriedOver,
      unawaited: [...this.#early].filter(([, count]) => count > 0).map(([name]) => name),
    };
  }

  /** Whether the event may let the next root action start. */
  #apply(event: HistoryEvent): boolean {
    switch (event.EventType) {
      case EventType.OrchestratorStarted:
        this.#clock = Math.max(this.#clock, Date.parse(event.Timestamp));
        return false;
      case EventType.ExecutionStarted:
        return true;
      case EventType.TaskCompleted:
      case EventType.SubOrchestrationInstanceCompleted:
        return this.#complete(event);
      case EventType.TaskFailed:
      case EventType.SubOrchestrationInstanceFailed:
        return this.#settleTask(event.TaskScheduledId, 'failed');
      case EventType.TimerFired:
        return this.#settleTask(event.TimerId, 'succeeded');
      case EventType.EventRaised:
        return this.#raise(event);
      default:
        return false;
    }
  }

  #advance(): void {
    while (this.#current?.outcome !== 'open') {
      const next = this.#roots[this.#cursor];
      if (next === undefined) return;
      this.#cursor += 1;
      this.#current = this.#start(next, undefined);
    }
  }

  #start(action: Action, parent: Parent | undefined): Node {
    switch (action.actionType) {
      case ActionType.CallActivity:
      case ActionType.CallSubOrchestrator:
        return this.#task(workOf(action), parent);
      case ActionType.CallActivityWithRetry:
      case ActionType.CallSubOrchestratorWithRetry:
        return this.#retried(workOf(action), action.retryOptions, parent);
      case ActionType.CallHttp:
        return this.#http(action.httpRequest, parent);
      case ActionType.ContinueAsNew:
        this.#continueAsNew = { input: action.input };
        return { outcome: 'succeeded', parent };
      case ActionType.CreateTimer:
        return this.#timer(Date.parse(action.fireAt), action.isCanceled, parent);
      case ActionType.WaitForExternalEvent:
        return this.#wait(action.externalEventName, parent);
      case ActionType.WhenAny:
        return this.#compound(action.compoundActions, parent, (children) => children.some((child) => child.outcome !== 'open'));
      case ActionType.WhenAll:
        // As `Task.WhenAll` in the extension: settled when every child is (unlike the SDK's, which fails with its first
        // failure), and at once over nothing.
        return this.#compound(action.compoundActions, parent, (children) => children.every((child) => child.outcome !== 'open'));
      default:
        throw new UnsupportedActionError('Entities and entity locks');
    }
  }

  #task(work: TaskWork, parent: Parent | undefined, retryOf?: number, status: ScheduledTask['status'] = 'due'): Leaf {
    const leaf: Leaf = { id: this.#scheduled.length, outcome: status === 'cancelled' ? 'failed' : 'open', parent };
    this.#scheduled.push({ id: leaf.id, work, retryOf, status });
    if (status === 'due') this.#open.set(leaf.id, leaf);
    return leaf;
  }

  /** Lets a task that was held begin. */
  #release(leaf: Leaf): void {
    this.#open.set(leaf.id, leaf);
    const task = this.#scheduled[leaf.id];
    if (task !== undefined) this.#scheduled[leaf.id] = { ...task, status: 'due' };
  }

  /** Attempts with a timer after each failure; after the last failure too, since the SDK reports it only when that fires. */
  #retried(work: TaskWork, options: RetryOptions, parent: Parent | undefined): Node {
    let failures = 0;
    let pausing = false;
    const node: Parent = {
      outcome: 'open',
      parent,
      childSettled: (child) => {
        if (pausing) {
          pausing = false;
          if (failures < options.maxNumberOfAttempts) this.#task(work, node, first.id);
          else this.#settle(node, 'failed');
        } else if (child.outcome === 'succeeded') {
          this.#settle(node, 'succeeded');
        } else {
          failures += 1;
          pausing = true;
          this.#task({ kind: 'timer', fireAt: this.#clock + retryDelay(failures, options) }, node, first.id);
        }
      },
    };
    const first = this.#task(work, node);
    return node;
  }

  /** A call, and a pause and a poll after each answer that asks for them; both take their ids when that answer comes. */
  #http(request: HttpRequest, parent: Parent | undefined): Node {
    if (!request.asynchronousPatternEnabled) return this.#task(httpWork(request), parent);
    let pause: Node | undefined;
    const node: Parent = {
      outcome: 'open',
      parent,
      childSettled: (child) => {
        if (child === pause) {
          this.#release(call);
          return;
        }
        const poll = call.result === undefined ? undefined : pollAfter(request, call.result);
        if (poll === undefined) {
          this.#settle(node, call.result === undefined ? 'failed' : 'succeeded');
          return;
        }
        pause = this.#timer(this.#clock + poll.pause, false, node);
        call = this.#task(httpWork(poll.request), node, undefined, 'held');
      },
    };
    let call = this.#task(httpWork(request), node);
    return node;
  }

  #timer(fireAt: number, cancelled: boolean, parent: Parent | undefined): Node {
    const status = cancelled ? 'cancelled' : 'due';
    if (fireAt - this.#clock <= this.#limits.maximumShort)
      return this.#task({ kind: 'timer', fireAt }, parent, undefined, status);
    const nextPart = () => {
      const long = fireAt - this.#clock > this.#limits.maximumShort;
      this.#task({ kind: 'timer', fireAt: long ? this.#clock + this.#limits.longInterval : fireAt }, node, undefined, status);
    };
    const node: Parent = {
      outcome: cancelled ? 'failed' : 'open',
      parent,
      childSettled: () => {
        if (fireAt > this.#clock) nextPart();
        else this.#settle(node, 'succeeded');
      },
    };
    nextPart();
    return node;
  }

  #wait(name: string, parent: Parent | undefined): Node {
    const early = this.#early.get(name) ?? 0;
    if (early > 0) {
      this.#early.set(name, early - 1);
      return { outcome: 'succeeded', parent };
    }
    const node: Node = { outcome: 'open', parent };
    const waiters = this.#waiters.get(name);
    if (waiters === undefined) this.#waiters.set(name, [node]);
    else waiters.push(node);
    return node;
  }

  #compound(actions: readonly Action[], parent: Parent | undefined, isSettled: (children: readonly Node[]) => boolean): Node {
    const children: Node[] = [];
    const node: Parent = {
      outcome: 'open',
      parent,
      childSettled: () => {
        if (node.outcome === 'open' && isSettled(children)) this.#settle(node, 'succeeded');
      },
    };
    for (const action of actions) children.push(this.#start(action, node));
    if (isSettled(children)) node.outcome = 'succeeded';
    return node;
  }

  #raise(event: EventRaised): boolean {
    if (this.#continueAsNew !== undefined) {
      this.#carriedOver.add(event);
      return false;
    }
    const waiter = this.#waiters.get(event.Name)?.pop();
    if (waiter === undefined) this.#early.set(event.Name, (this.#early.get(event.Name) ?? 0) + 1);
    else this.#settle(waiter, 'succeeded');
    return waiter !== undefined;
  }

  #complete({ TaskScheduledId: id, Result }: TaskSucceeded): boolean {
    const leaf = this.#open.get(id);
    if (leaf !== undefined) leaf.result = Result;
    return this.#settleTask(id, 'succeeded');
  }

  #settleTask(id: number, outcome: 'succeeded' | 'failed'): boolean {
    const leaf = this.#open.get(id);
    if (leaf === undefined) return false;
    this.#open.delete(id);
    this.#settle(leaf, outcome);
    return true;
  }

  #settle(node: Node, outcome: 'succeeded' | 'failed'): void {
    node.outcome = outcome;
    node.parent?.childSettled(node);
  }
}

/** Milliseconds to wait after the given failure (1 = first); none after the last. */
function retryDelay(failures: number, options: RetryOptions): number {
  if (failures >= options.maxNumberOfAttempts) return 0;
  const delay = options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (failures - 1);
  return Math.min(delay, options.maxRetryIntervalInMilliseconds || Number.POSITIVE_INFINITY);
}
