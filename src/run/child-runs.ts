import type { JsonValue } from '../json.ts';
import type { ParentRun, RunRecord } from '../ports/run-store.ts';

/** A run that a node of another one asks for. */
export interface ChildRequest {
  readonly parent: ParentRun;
  /** Whether the parent waits for it: then it wakes the parent when it ends, and is cancelled with it. */
  readonly isAwaited: boolean;
  /** Name of the child's pipeline. */
  readonly pipeline: string;
  readonly input: JsonValue;
  readonly correlationId: string;
  readonly traceParent?: string;
}

/** Stores runs that other runs ask for, once for each node that asks. */
export interface ChildRuns {
  /**
   * The node's run as it stands, claimed now unless it was before. The caller sees to it that it is started.
   *
   * @throws PermanentError if there is no such pipeline, or it refuses the input
   */
  claim(child: ChildRequest): Promise<RunRecord>;
}
