import type { NodeKind } from '../nodes/node-kind.ts';
import type { NodeResources } from '../nodes/node-resources.ts';
import type { Plan, PlanNode } from '../pipeline/plan.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { IncomingBlobs } from '../ports/incoming-blobs.ts';
import type { Log } from '../ports/log.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { WaitStore } from '../ports/wait-store.ts';
import type { ChildRuns } from './child-runs.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import type { NodeOutcome } from './outcome.ts';

/** What carrying a run on needs of the world. */
export interface AdvanceDependencies {
  readonly runs: RunStore;
  readonly waits: WaitStore;
  readonly children: ChildRuns;
  readonly resources: ResourcesByPlan;
  readonly plans: PlanStore;
  readonly artifacts: ArtifactStore;
  readonly incoming: IncomingBlobs;
  readonly relay: OutboxRelay;
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly clock: Clock;
  readonly log: Log;
  /** Unix milliseconds: a task given before that may have been begun by a process that died. */
  readonly processStartedAt: number;
  /** Told what settles together with a run's end, for whoever wants to know every result: nothing else carries it. */
  readonly onEnd?: (runId: string, settled: readonly NodeOutcome[]) => void;
}

/** Ports, services and state machines of a plan, as one of its nodes sees them. */
export interface ResourcesByPlan {
  of(plan: Plan, node: PlanNode): NodeResources;
}
