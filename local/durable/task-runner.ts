import type { ExtensionHost } from '../functions-host/extension.ts';
import type { Background } from './background.ts';
import type { FunctionIndex } from './function-index.ts';
import { EventType, stamped, type TaskFailure, type TaskSucceeded } from './history.ts';
import { performHttpCall } from './http-call.ts';
import { HTTP_ACTIVITY } from './http-polling.ts';
import { type ActivityCall, invokeActivity, taskFailure } from './invocations.ts';
import { Lane } from './lane.ts';
import { type LiveInstance, type Message, toMessage } from './live-instance.ts';
import type { NewWork } from './store.ts';
import type { Writer } from './writer.ts';

/** An activity that was begun so often after a restart, and never ended, is taken for what ends the process. */
export const MAX_RESTARTS = 10;

export interface TaskRunnerOptions {
  readonly host: ExtensionHost;
  readonly functions: FunctionIndex;
  readonly writer: Writer;
  readonly background: Background;
  readonly maxActivities: number;
  /** Called with a task's outcome when that is stored, or is being stored in the transaction that the next write joins. */
  readonly deliver: (instance: LiveInstance, message: Message) => void;
}

/** Performs scheduled tasks: runs activities, waits for timers. Activities run at least once, and one outcome of each is kept. */
export class TaskRunner {
  /** Activities begun. */
  activities = 0;
  readonly #options: TaskRunnerOptions;
  readonly #lane: Lane;
  #stopped = false;

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
    this.#lane = new Lane(options.maxActivities);
  }

  /** `restarts` is given for work of the store, which an earlier process may have begun. */
  perform(instance: LiveInstance, { id, taskId, name, input, fireAt, restarts }: NewWork & { readonly restarts?: number }): void {
    if (fireAt !== null) {
      instance.work.set(taskId, { row: id, cancel: this.#startTimer(instance, id, taskId, fireAt) });
    } else if (name !== null) {
      instance.work.set(taskId, { row: id });
      const call = { taskId, name, input, instanceId: instance.id, traceParent: instance.traceParent };
      this.#options.background.run(this.#runActivity(instance, id, call, restarts));
    }
  }

  /** Begins no more activities; those that run go on. */
  stop(): void {
    this.#stopped = true;
  }

  /** A timer's row stays until its firing is history, so firing needs no write. */
  #startTimer(instance: LiveInstance, row: number, taskId: number, fireAt: number): () => void {
    const { host, deliver } = this.#options;
    const fire = () => {
      const event = {
        ...stamped(EventType.TimerFired, host.clock.now()),
        TimerId: taskId,
        FireAt: new Date(fireAt).toISOString(),
      };
      deliver(instance, toMessage(event, { table: 'work', id: row }));
    };
    if (fireAt > host.clock.now()) return host.clock.schedule(fireAt, fire);
    const immediate = setImmediate(fire);
    return () => clearImmediate(immediate);
  }

  async #runActivity(instance: LiveInstance, row: number, call: ActivityCall, restarts: number | undefined): Promise<void> {
    const { writer, deliver } = this.#options;
    const event = await this.#lane.run(async () => {
      if (this.#stopped || instance.ended) return undefined;
      return this.#outcomeOf(call, row, restarts);
    });
    if (event === undefined || instance.ended || instance.work.get(call.taskId)?.row !== row) return;
    const message = toMessage(event, { table: 'work', id: row });
    const stored = writer.commit((store) => store.completeWork(row, message.text));
    // The episode that the outcome wakes shares its commit: either both are durable or neither happened.
    deliver(instance, message);
    await stored;
  }

  /** Restarts are counted before the activity begins: it may be the end of this process. */
  async #outcomeOf(call: ActivityCall, row: number, restarts: number | undefined): Promise<TaskSucceeded | TaskFailure> {
    const { host, functions, writer } = this.#options;
    if (restarts !== undefined && restarts >= MAX_RESTARTS) {
      const message =
        `it was started again ${restarts} times, and each time the process ended before it did. ` +
        'Look for what in it ends the process (memory, process.exit), or what kept others from ending while it ran.';
      return taskFailure(call, host.clock.now(), message, '', undefined);
    }
    if (restarts !== undefined) await writer.commit((store) => store.countRestart(row));
    this.activities += 1;
    if (call.name === HTTP_ACTIVITY) return performHttpCall(host.clock, call);
    return invokeActivity(host, functions.find('activitytrigger', call.name), call);
  }
}
