import { codeOf, messageOf } from '../../errors.ts';
import { isoTime } from '../../expression/time.ts';
import type { Trigger } from '../trigger.ts';
import { type CarryOutDependencies, hasLeft, hasOutlived } from './carry-out.ts';
import { scheduleName } from './decide.ts';
import { silentSince } from './due-occurrences.ts';
import type { ScheduleState } from './schedule-state.ts';
import type { TimerSource } from './source.ts';
import { tick } from './tick.ts';
import { occurrencesAfter } from './timer-schedule.ts';

interface WatchDependencies extends CarryOutDependencies {
  /** Whether somebody has switched a trigger's function off. */
  readonly isDisabled: (trigger: string) => boolean;
  /** When it was told last that a trigger is silent, by its name. */
  readonly toldSilent: Map<string, number>;
}

/** For so long, an occurrence is left to the trigger's own timer. */
const LEFT_TO_ITS_TIMER_MS = 30_000;
const SILENCE_IS_TOLD_AGAIN_AFTER_MS = 3_600_000;

/**
 * Looks after the timer triggers, each by one read: hosts stop timers, call them late, or lose them with the lease of an instance.
 * What a trigger's own timer has missed is done here, and so is what waits in its queue or was decided by a process that died.
 * A schedule that has gone silent all the same is told as an error.
 */
export async function watchTimers(triggers: readonly Trigger<TimerSource>[], dependencies: WatchDependencies): Promise<void> {
  for (const trigger of triggers.filter(({ name }) => !dependencies.isDisabled(name))) {
    try {
      await watch(trigger, dependencies);
    } catch (error) {
      const properties = { trigger: trigger.name, code: codeOf(error), error: messageOf(error) };
      dependencies.log('warn', 'looking after a timer failed; the next sweep tries again', properties);
    }
  }
}

async function watch(trigger: Trigger<TimerSource>, dependencies: WatchDependencies): Promise<void> {
  const { schedules, clock } = dependencies;
  const state = (await schedules.read(trigger.name))?.state;
  if (state === undefined || state.schedule !== scheduleName(trigger.source)) return tick(trigger, dependencies);
  const { decidedUntil: after } = state;
  const until = clock.now() - LEFT_TO_ITS_TIMER_MS;
  const [missed] = occurrencesAfter(trigger.source, { after, until, count: 1 });
  if (missed !== undefined) tellMissed(missed, trigger, state, dependencies);
  const isOpen = state.queued.length > 0 || hasLeft(state, trigger, dependencies) || hasOutlived(state, clock.now());
  if (missed !== undefined || isOpen) await tick(trigger, dependencies);
}

function tellMissed(
  missed: number,
  { name, source }: Trigger<TimerSource>,
  { decidedUntil: after, decidedAt }: ScheduleState,
  { clock, log, toldSilent }: WatchDependencies,
): void {
  const facts = { trigger: name, scheduledTime: isoTime(missed), lastTick: isoTime(decidedAt) };
  const now = clock.now();
  if (silentSince(source, { after, now, silentAfterMs: source.silentAfterMs }) === undefined) {
    log('info', "a timer's own function was not called in time; the sweep takes its place", facts);
  } else if (now - (toldSilent.get(name) ?? 0) >= SILENCE_IS_TOLD_AGAIN_AFTER_MS) {
    toldSilent.set(name, now);
    log('error', 'a schedule has gone silent', { ...facts, code: 'schedule_silent' });
  }
}
