import { occurrenceKey } from './occurrence-event.ts';
import type { PlannedOccurrence } from './schedule-state.ts';

type Occurrence = Pick<PlannedOccurrence, 'time' | 'requestKey'>;

/** Occurrences that this process itself has started, or found to have a run, as long as the stored states may still list them. */
export class StartedHere {
  /** Keys of occurrences, by trigger. */
  readonly #keys = new Map<string, Set<string>>();

  has(trigger: string, occurrence: Occurrence): boolean {
    return this.#keys.get(trigger)?.has(occurrenceKey(trigger, occurrence)) === true;
  }

  add(trigger: string, occurrence: Occurrence): void {
    const keys = this.#keys.get(trigger) ?? new Set();
    this.#keys.set(trigger, keys.add(occurrenceKey(trigger, occurrence)));
  }

  /** Forgets those of a trigger that its state lists no more. */
  keepOnly(trigger: string, listed: readonly Occurrence[]): void {
    const kept = listed.filter((occurrence) => this.has(trigger, occurrence));
    this.#keys.set(trigger, new Set(kept.map((occurrence) => occurrenceKey(trigger, occurrence))));
  }
}
