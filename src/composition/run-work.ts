import type { DurableClient } from 'durable-functions';
import type { NodeKind } from '../nodes/node-kind.ts';
import { advance } from '../run/advance.ts';
import type { AdvanceResult, AdvanceTask } from '../run/advance-task.ts';
import { carryOut, type Signal } from '../run/signal.ts';
import type { LineSink } from '../telemetry/log.ts';
import { childRuns } from '../triggers/child-runs.ts';
import { HistoryRetention } from '../triggers/history-retention.ts';
import { sweep } from '../triggers/sweep.ts';
import { watchTimers } from '../triggers/timer/watch-timers.ts';
import { triggersOf } from '../triggers/trigger.ts';
import type { Composition, Parts } from './parts.ts';

/** Younger runs and outboxes are left to the process that is at work on them. */
const SWEEP_MINIMUM_AGE_MS = 10_000;
const SWEEP_LIMIT = 200;
/** What one look at kept callbacks may take. */
const CALLBACK_BUDGET_MS = 45_000;
/** Time enough to mend or take back a deployment that orchestrations cannot live with. */
const RESTART_FOR_MS = 24 * 3_600_000;

/** What carries runs on: activities, and the timers that find what was left. */
export interface RunWork {
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly sweepSchedule: string;
  advance(task: AdvanceTask, sink: LineSink): Promise<AdvanceResult>;
  signal(signal: Signal, client: DurableClient): Promise<void>;
  sweep(client: DurableClient, sink: LineSink): Promise<void>;
  /** Calls back again with what was not taken; undefined if nobody is called back. */
  readonly retryCallbacks?: () => Promise<void>;
}

export function runWork({ config, library, language: { kinds } }: Composition, parts: Parts): RunWork {
  const { stores, clock, log, logTo, courier, orchestrationsOf, processStartedAt } = parts;
  const { incoming, waits, resources, pipelines, outboxes } = parts;
  const children = childRuns({ ...stores, pipelines });
  const schedules = triggersOf(library.triggers, 'timer');
  const history = new HistoryRetention({ days: config.retentionDays, clock, log });
  return {
    kinds,
    sweepSchedule: config.sweepSchedule,
    advance: (task, sink) =>
      advance(task, { ...stores, incoming, waits, children, resources, kinds, log: logTo(sink), processStartedAt }),
    signal: async (signal, client) => carryOut(signal, orchestrationsOf(client)),
    sweep: async (client, sink) => {
      const dependencies = { ...stores, outboxes, orchestrations: orchestrationsOf(client), log: logTo(sink) };
      await sweep(dependencies, {
        minimumAgeMs: SWEEP_MINIMUM_AGE_MS,
        limit: SWEEP_LIMIT,
        processStartedAt,
        restartForMs: RESTART_FOR_MS,
      });
      await watchTimers(schedules, { ...parts.timers, ...dependencies });
      await history.keepTo(dependencies.orchestrations);
    },
    ...(courier === undefined
      ? {}
      : {
          retryCallbacks: async () => {
            await courier.retryDue({ limit: SWEEP_LIMIT, budgetMs: CALLBACK_BUDGET_MS });
          },
        }),
  };
}
