import { isoTime } from '../../expression/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { type AcceptDependencies, acceptEvent, type Start } from '../accept-event.ts';
import type { Trigger } from '../trigger.ts';
import { readOccurrenceEvent } from './occurrence-event.ts';
import type { PlannedOccurrence } from './schedule-state.ts';
import type { TimerSource } from './source.ts';

export interface StartDependencies extends AcceptDependencies {
  readonly clock: Clock;
}

export type OccurrenceStart = Start | { readonly kind: 'ignored' };

/** Starts the run of an occurrence, once however often it is called. Whatever a store throws goes through; call it again then. */
export async function startOccurrence(
  occurrence: PlannedOccurrence,
  trigger: Trigger<TimerSource>,
  dependencies: StartDependencies,
): Promise<OccurrenceStart> {
  const { clock, log } = dependencies;
  const event = readOccurrenceEvent(occurrence, trigger, isoTime(clock.now()));
  const start = await (event.kind === 'read' ? acceptEvent(event.value, trigger, dependencies) : event);
  const facts = { trigger: trigger.name, scheduledTime: isoTime(occurrence.time) };
  if (start.kind === 'refused' || start.kind === 'rejected') {
    const { code, message } = start.rejection;
    log('error', 'an occurrence is refused: there is no run', { ...facts, code, error: message });
    return { kind: 'rejected', rejection: start.rejection };
  }
  log('debug', `occurrence ${start.kind}`, { ...facts, ...('runId' in start ? { runId: start.runId } : {}) });
  return start;
}
