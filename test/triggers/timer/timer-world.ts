import { CosmosEntityStore } from '../../../src/adapters/azure/cosmos-entity-store.ts';
import { CosmosPlanStore } from '../../../src/adapters/azure/cosmos-plan-store.ts';
import { CosmosRunStore } from '../../../src/adapters/azure/cosmos-run-store.ts';
import { MemoryEntityStore } from '../../../src/adapters/mock/memory-entity-store.ts';
import { MemoryPlanStore } from '../../../src/adapters/mock/memory-plan-store.ts';
import { MemoryRunStore } from '../../../src/adapters/mock/memory-run-store.ts';
import type { EntityStore } from '../../../src/ports/entity-store.ts';
import type { PlanStore } from '../../../src/ports/plan-store.ts';
import type { RunRecord, RunStore } from '../../../src/ports/run-store.ts';
import { sweep } from '../../../src/triggers/sweep.ts';
import { ScheduleStates } from '../../../src/triggers/timer/schedule-state.ts';
import type { TimerSource } from '../../../src/triggers/timer/source.ts';
import { StartedHere } from '../../../src/triggers/timer/started-here.ts';
import { tick } from '../../../src/triggers/timer/tick.ts';
import { watchTimers } from '../../../src/triggers/timer/watch-timers.ts';
import { type Trigger, triggersOf } from '../../../src/triggers/trigger.ts';
import { compileTriggers } from '../../../src/triggers/trigger-document.ts';
import { startLocalCosmos } from '../../adapters/azure/local-cosmos.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { createWorld, orderPipeline } from '../fixtures.ts';

export interface TimerStores {
  readonly entities: EntityStore;
  readonly runs: RunStore;
  readonly plans: PlanStore;
}

export function memoryStores(): TimerStores {
  return { entities: new MemoryEntityStore(), runs: new MemoryRunStore(), plans: new MemoryPlanStore() };
}

/** Stores of a local Cosmos endpoint, by the real client. */
export async function cosmosStores(): Promise<TimerStores & { close(): Promise<void> }> {
  const cosmos = await startLocalCosmos();
  const container = (id: string) => async () => cosmos.database.container(id);
  return {
    entities: new CosmosEntityStore(container('entities')),
    runs: new CosmosRunStore(container('runs')),
    plans: new CosmosPlanStore(container('plans')),
    close: () => cosmos.close(),
  };
}

let names = 0;

/** A trigger as its document has it, of a name that no other test uses. */
export function timerTrigger(config: string, { more = '', name }: { more?: string; name?: string } = {}): Trigger<TimerSource> {
  names += 1;
  const text = `kind: Trigger
metadata: { name: ${name ?? `timer-${names}`} }
spec:
  type: timer
  config: { ${config} }
  pipeline: order
${more}`;
  const { triggers, diagnostics } = compileTriggers(text, 'timer.trigger.yaml', { pipelines: [orderPipeline], now: 0 });
  const compiled = triggers.map(({ trigger }) => trigger);
  const [trigger] = triggersOf(compiled, 'timer');
  if (trigger === undefined) throw new Error(JSON.stringify(diagnostics));
  return trigger;
}

/** A process that ticks: its own clock, its own memory, and the stores that all share. */
export function startWorker(stores: TimerStores, start: string, disabled: readonly string[] = []) {
  const world = createWorld();
  const clock = new ManualClock(Date.parse(start));
  const dependencies = {
    ...world,
    ...stores,
    clock,
    schedules: new ScheduleStates(stores.entities),
    startedHere: new StartedHere(),
    toldSilent: new Map<string, number>(),
    isDisabled: (name: string) => disabled.includes(name),
    processStartedAt: clock.now(),
  };
  return {
    ...dependencies,
    /** Lets the time come, and the host call. */
    async tickAt(time: string, trigger: Trigger<TimerSource>) {
      clock.advance(Date.parse(time) - clock.now());
      await tick(trigger, dependencies);
    },
    async sweepAt(time: string, trigger: Trigger<TimerSource>) {
      clock.advance(Date.parse(time) - clock.now());
      await sweep(dependencies, {
        minimumAgeMs: 10_000,
        limit: 100,
        processStartedAt: dependencies.processStartedAt,
        restartForMs: 3_600_000,
      });
      await watchTimers([trigger], dependencies);
    },
    /** What this process has started of a trigger. */
    startedOf: ({ name }: Trigger<TimerSource>) =>
      world.orchestrations.started.filter(({ eventKey }) => eventKey.startsWith(`${name}/`)),
    /** What was logged at a level. */
    told: (level: string) => world.lines.filter((line) => line.level === level),
  };
}

export type Worker = ReturnType<typeof startWorker>;

/** The runs of a trigger, in the order of their occurrences. */
export async function runsOf(trigger: Trigger<TimerSource>, runs: RunStore): Promise<readonly RunRecord[]> {
  const page = await runs.list({ limit: 1_000 });
  return page.runs.filter((run) => run.trigger === trigger.name).sort((a, b) => (a.eventKey < b.eventKey ? -1 : 1));
}

/** The scheduled times that have runs: `2026-11-21T02:00:00.000Z` as `11-21 02:00:00`. */
export async function occurrencesWithRuns(trigger: Trigger<TimerSource>, runs: RunStore): Promise<readonly string[]> {
  const found = await runsOf(trigger, runs);
  return found.map(({ eventKey }) => eventKey.replace(`${trigger.name}/`, '').slice(5, 19).replace('T', ' '));
}

export async function endRun(runId: string, { runs, clock }: Pick<Worker, 'runs' | 'clock'>): Promise<void> {
  await runs.finish(runId, { status: 'completed', finishedAt: new Date(clock.now()).toISOString(), outbox: [] });
}
