import { canonicalHash } from '../canonical-json.ts';
import type { Event, EventContent } from './event.ts';
import { readKey } from './event-key.ts';
import { type Reading, read } from './rejection.ts';
import type { Trigger } from './trigger.ts';

/** An event as its sender wrote it. */
export interface SentEvent {
  readonly content: EventContent;
  /** How the sender marked the event, if it did. */
  readonly id: string | number | undefined;
  /** Where the mark was looked for, as messages tell it. */
  readonly idName: string;
}

/** `ignored`: the trigger's `when` is not true of the event, whatever else may be wrong with it. */
export type EventReading = Reading<Event> | { readonly kind: 'ignored' };

/** Holds what came in to its trigger's rules (`when`, `schema`, `key`): an event, or why it can never be one. */
export function readTriggerEvent({ content, id, idName }: SentEvent, trigger: Trigger): EventReading {
  const wanted = trigger.when?.(content) ?? read(true);
  if (wanted.kind === 'refused') return wanted;
  if (wanted.value !== true) return { kind: 'ignored' };
  const rejection = trigger.checkBody?.(content.data);
  if (rejection !== undefined) return { kind: 'refused', rejection };
  const key = trigger.key === undefined ? readKey(id, idName) : eventKey(content, trigger.key);
  if (key.kind === 'refused') return key;
  return read({ ...content, key: key.value, payloadHash: canonicalHash(content.data) });
}

function eventKey(content: EventContent, keyOf: NonNullable<Trigger['key']>): Reading<string> {
  const value = keyOf(content);
  return value.kind === 'refused' ? value : readKey(value.value, "the value of the trigger's key");
}
