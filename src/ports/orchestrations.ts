import type { ParentRun, Payload } from './run-store.ts';

/** What an orchestration is given to start a run with. */
export interface RunStart {
  readonly runId: string;
  readonly pipeline: string;
  readonly planHash: string;
  /** The event's key, so that who sent the event knows its run's events again. */
  readonly eventKey: string;
  readonly input: Payload;
  readonly traceParent?: string;
  readonly parent?: ParentRun;
  /** Which retry of the run it is; absent at first. */
  readonly retry?: number;
  /** True if this is not the first attempt to start: effects may have happened, so each is looked up before it is repeated. */
  readonly recovering: boolean;
}

export type OrchestrationState = 'unknown' | 'active' | 'ended';

/** The durable engine, as accepting and sweeping need it. */
export interface Orchestrations {
  /** Starts the run's orchestration (instance id = run id). One that is active already is left alone. */
  start(run: RunStart): Promise<void>;
  state(runId: string): Promise<OrchestrationState>;
  /** Tells an orchestration that something it waits for has happened. One that is gone is not told. */
  wake(runId: string, event: string): Promise<void>;
  /** Ends an orchestration whose run has been cancelled. One that is gone is left alone. */
  terminate(runId: string, reason: string): Promise<void>;
  /** Gives no further tasks until resumed; those at work finish. */
  suspend(runId: string, reason: string): Promise<void>;
  resume(runId: string, reason: string): Promise<void>;
}
