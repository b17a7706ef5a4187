import type { DurableOrchestrationContext, Task, TimerTask } from 'durable-functions';

/** `WhenAll` in the durable protocol. */
const WHEN_ALL = 12;
/** `WhenAny` in the durable protocol. */
const WHEN_ANY = 11;

/**
 * Durable tasks of which new ones join while others are open: each is handed out once, in the order they end.
 *
 * `Task.any` alone cannot do this: it sends the action of each of its tasks again, so a task that was in an earlier `any` is
 * scheduled twice. Here each wait sends only the actions of tasks that are new, beside a `WhenAll` over nothing. That one is
 * settled at once, so the host, which goes through the actions one after the other and waits for each, never stops at it.
 */
export class TaskSet<Label> {
  readonly #combine: DurableOrchestrationContext['Task'];
  readonly #open = new Map<Task, Label>();
  #fresh: Task[] = [];

  constructor(combine: DurableOrchestrationContext['Task']) {
    this.#combine = combine;
  }

  add(task: Task, label: Label): void {
    this.#open.set(task, label);
    this.#fresh.push(task);
  }

  /** Forgets a task. A timer is cancelled, for an orchestration is not complete while one is open. */
  drop(label: Label): void {
    for (const [task, of] of this.#open) {
      if (of !== label) continue;
      this.#open.delete(task);
      this.#fresh = this.#fresh.filter((fresh) => fresh !== task);
      if (isTimer(task) && !task.isCompleted && !task.isCanceled) task.cancel();
    }
  }

  /** Waits until one of the open tasks has ended, and takes it out. */
  *next(): Generator<Task, { task: Task; label: Label }, unknown> {
    const any = this.#combine.any([...this.#open.keys()]);
    const actions = this.#fresh.map((task): unknown => Reflect.get(task, 'actionObj'));
    const settledAtOnce = { actionType: WHEN_ALL, compoundActions: [] };
    Reflect.set(any, 'action', { actionType: WHEN_ANY, compoundActions: [...actions, settledAtOnce] });
    Reflect.set(any, 'children', this.#fresh);
    Reflect.set(any, 'alreadyScheduled', this.#fresh.length === 0);
    this.#fresh = [];

    const ended = yield any;
    for (const [task, label] of this.#open) {
      if (task !== ended) continue;
      this.#open.delete(task);
      return { task, label };
    }
    throw new Error('A task ended that was not in the set.');
  }
}

function isTimer(task: Task): task is TimerTask {
  return 'cancel' in task && typeof task.cancel === 'function';
}
