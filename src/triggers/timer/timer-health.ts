import { HexdagError } from '../../errors.ts';
import { isoTime } from '../../expression/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Trigger } from '../trigger.ts';
import { decidedUntil } from './decide.ts';
import { silentSince } from './due-occurrences.ts';
import type { PassedOverReason, ScheduleState, ScheduleStates } from './schedule-state.ts';
import type { TimerSource } from './source.ts';
import { occurrencesAfter } from './timer-schedule.ts';

/** How a timer trigger does. Times are RFC 3339, null where there is none. */
export interface TimerHealth {
  readonly trigger: string;
  readonly timeZone: string;
  readonly isDisabled: boolean;
  /** Nobody has dealt with its occurrences since `silentSince`. */
  readonly isSilent: boolean;
  readonly silentSince: string | null;
  /** When it was decided last which occurrences have runs. */
  readonly lastTick: string | null;
  /** The newest occurrence that was given a run, and the run. */
  readonly lastOccurrence: string | null;
  readonly lastRunId: string | null;
  readonly nextOccurrence: string | null;
  /** Occurrences that wait for the run before them to end. */
  readonly queued: readonly string[];
  /** The occurrences that had no run last, and why. */
  readonly lastPassedOver: { readonly first: string; readonly last: string; readonly reason: PassedOverReason } | null;
  /** The occurrence whose event was refused last. */
  readonly lastRefused: { readonly scheduledTime: string; readonly code: string; readonly message: string } | null;
}

interface HealthDependencies {
  readonly schedules: ScheduleStates;
  readonly clock: Clock;
  /** Unix milliseconds: since then, a trigger without a state should have been called. */
  readonly processStartedAt: number;
  readonly isDisabled: (trigger: string) => boolean;
}

/** How the timer triggers do, by one read each. Throws what the store throws. */
export function readTimerHealth(
  triggers: readonly Trigger<TimerSource>[],
  { schedules, clock, isDisabled, processStartedAt }: HealthDependencies,
): Promise<readonly TimerHealth[]> {
  const read = async (trigger: Trigger<TimerSource>) => {
    const stored = await schedules.read(trigger.name);
    return timerHealth(trigger, stored?.state, { now: clock.now(), isDisabled: isDisabled(trigger.name), processStartedAt });
  };
  return Promise.all(triggers.map(read));
}

/** How a timer trigger does, by its stored state. */
export function timerHealth(
  { name, source }: Trigger<TimerSource>,
  state: ScheduleState | undefined,
  settings: { readonly now: number; readonly isDisabled: boolean; readonly processStartedAt: number },
): TimerHealth {
  const { now, isDisabled } = settings;
  const after = decidedUntil(state, source, settings);
  const silent = isDisabled ? undefined : silentSince(source, { after, now, silentAfterMs: source.silentAfterMs });
  const [next] = occurrencesAfter(source, { after: now, count: 1 });
  const passedOver = state?.lastPassedOver;
  const refused = state?.lastRefused;
  return {
    trigger: name,
    timeZone: source.timeZone.name,
    isDisabled,
    isSilent: silent !== undefined,
    silentSince: timeText(silent),
    lastTick: timeText(state?.decidedAt),
    lastOccurrence: timeText(state?.lastStarted),
    lastRunId: state?.lastRunId ?? null,
    nextOccurrence: timeText(next),
    queued: (state?.queued ?? []).map(({ time }) => isoTime(time)),
    lastPassedOver:
      passedOver === undefined
        ? null
        : { first: isoTime(passedOver.first), last: isoTime(passedOver.last), reason: passedOver.reason },
    lastRefused:
      refused === undefined ? null : { scheduledTime: isoTime(refused.time), code: refused.code, message: refused.message },
  };
}

function timeText(time: number | undefined): string | null {
  return time === undefined ? null : isoTime(time);
}

/** Occurrences are over that nobody has dealt with. */
export class ScheduleSilentError extends HexdagError {
  readonly code = 'schedule_silent';
  readonly retryable = true;
}

/** @throws ScheduleSilentError if any of the timers is silent, and what the store throws */
export async function checkTimers(triggers: readonly Trigger<TimerSource>[], dependencies: HealthDependencies): Promise<void> {
  const silent = (await readTimerHealth(triggers, dependencies)).filter(({ isSilent }) => isSilent);
  if (silent.length === 0) return;
  const which = silent.map(({ trigger, silentSince: since }) => `${trigger} since ${since}`).join(', ');
  throw new ScheduleSilentError(`Schedules are silent: ${which}.`);
}
