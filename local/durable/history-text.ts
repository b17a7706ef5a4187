import type { HistoryEvent } from './history.ts';

/** An event's JSON as the store keeps it: without `IsPlayed`, which depends on when it is looked at. */
export function eventText(event: HistoryEvent): string {
  return JSON.stringify(event);
}

/** Joins events for the orchestrator, which wants to know which of them it has seen in earlier episodes. */
export function historyText(eventTexts: readonly string[], isPlayed: boolean): string {
  return eventTexts.map((text) => `${text.slice(0, -1)},"IsPlayed":${isPlayed}}`).join(',');
}

/** Joins parts of a history, any of which may be empty. */
export function joinHistory(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(',');
}
