import { canonicalHash } from '../../canonical-json.ts';
import { isoTime } from '../../expression/time.ts';
import { read } from '../rejection.ts';
import { runId } from '../run-id.ts';
import type { Trigger } from '../trigger.ts';
import { type EventReading, readTriggerEvent } from '../trigger-event.ts';
import type { PlannedOccurrence } from './schedule-state.ts';
import type { TimerSource } from './source.ts';

const EVENT_TYPE = 'hexdag.timer.tick';

/** What is the same whoever starts the occurrence's run, however often and from whichever version of the document. */
export function occurrenceKey(trigger: string, { time, requestKey }: Pick<PlannedOccurrence, 'time' | 'requestKey'>): string {
  return requestKey === undefined ? `${trigger}/${isoTime(time)}` : `run-now/${requestKey}`;
}

export function occurrenceRunId(trigger: string, occurrence: Pick<PlannedOccurrence, 'time' | 'requestKey'>): string {
  return runId(trigger, occurrenceKey(trigger, occurrence));
}

/**
 * The event of an occurrence: `{trigger, scheduledTime, localTime, timeZone, previousTime, isCatchUp, isManual}`. The trigger's
 * `when` does not keep somebody from starting a run by hand.
 */
export function readOccurrenceEvent(
  occurrence: PlannedOccurrence,
  { when, ...trigger }: Trigger<TimerSource>,
  receivedAt: string,
): EventReading {
  const { time, previousTime, isCatchUp, requestKey } = occurrence;
  const { timeZone } = trigger.source;
  const isManual = requestKey !== undefined;
  const key = occurrenceKey(trigger.name, occurrence);
  const data = {
    trigger: trigger.name,
    scheduledTime: isoTime(time),
    localTime: timeZone.isoTime(time),
    timeZone: timeZone.name,
    previousTime: previousTime === null ? null : isoTime(previousTime),
    isCatchUp,
    isManual,
  };
  const content = { type: EVENT_TYPE, source: `/timers/${trigger.name}`, data, properties: {}, receivedAt };
  const idName = isManual ? 'the header Idempotency-Key' : 'the scheduled time';
  const event = readTriggerEvent(
    { content, id: key, idName },
    { ...trigger, ...(isManual || when === undefined ? {} : { when }) },
  );
  return event.kind === 'read' ? read({ ...event.value, payloadHash: canonicalHash(key) }) : event;
}
