import type { ExtensionHost } from '../functions-host/extension.ts';
import type { Background } from './background.ts';
import type { FunctionIndex } from './function-index.ts';
import { EventType, stamped } from './history.ts';
import { type ActivityCall, invokeActivity } from './invocations.ts';
import { Lane } from './lane.ts';
import { type LiveInstance, type Message, toMessage } from './live-instance.ts';
import type { StoredWork } from './store.ts';
import type { Writer } from './writer.ts';

export interface TaskRunnerOptions {
  readonly host: ExtensionHost;
  readonly functions: FunctionIndex;
  readonly writer: Writer;
  readonly background: Background;
  readonly maxActivities: number;
  /** Called with a task's outcome when that is stored. */
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

  perform(instance: LiveInstance, { id, taskId, name, input, fireAt }: Omit<StoredWork, 'outcome'>): void {
    if (fireAt !== null) {
      instance.work.set(taskId, { row: id, cancel: this.#startTimer(instance, id, taskId, fireAt) });
    } else if (name !== null) {
      instance.work.set(taskId, { row: id });
      const call = { taskId, name, input, instanceId: instance.id, traceParent: instance.traceParent };
      this.#options.background.run(this.#runActivity(instance, id, call));
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

  async #runActivity(instance: LiveInstance, row: number, call: ActivityCall): Promise<void> {
    const { host, functions, writer, deliver } = this.#options;
    const event = await this.#lane.run(async () => {
      if (this.#stopped || instance.ended) return undefined;
      this.activities += 1;
      return invokeActivity(host, functions.find('activitytrigger', call.name), call);
    });
    if (event === undefined || instance.ended) return;
    const message = toMessage(event, { table: 'work', id: row });
    const isFirst = await writer.commit((store) => store.completeWork(row, message.text));
    if (isFirst) deliver(instance, message);
  }
}
