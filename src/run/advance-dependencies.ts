import type { NodeKind } from '../nodes/node-kind.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { OutboxRelay } from './outbox-relay.ts';

/** What carrying a run on needs of the world. */
export interface AdvanceDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly artifacts: ArtifactStore;
  readonly relay: OutboxRelay;
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly clock: Clock;
  readonly log: Log;
  /** Unix milliseconds: a task given before that may have been begun by a process that died. */
  readonly processStartedAt: number;
}
