import { z } from 'zod';
import { HexdagError } from '../../errors.ts';
import { isoTime } from '../../expression/time.ts';
import type { EntityStore } from '../../ports/entity-store.ts';

/** An occurrence that is to have a run. Times are Unix milliseconds. */
export interface PlannedOccurrence {
  readonly time: number;
  /** The occurrence that had a run before this one. */
  readonly previousTime: number | null;
  readonly isCatchUp: boolean;
  readonly decidedAt: number;
  /** What somebody who asked for a run, whatever the schedule, calls it. */
  readonly requestKey?: string;
}

export interface QueuedOccurrence {
  readonly time: number;
  readonly isCatchUp: boolean;
}

/** Why occurrences have no run: nobody was there in time, the run before had not ended, or too many waited for it. */
export type PassedOverReason = 'late' | 'overlap' | 'queue_full';

/** Occurrences that have no run, from the first to the last. */
export interface PassedOver {
  readonly first: number;
  readonly last: number;
  readonly reason: PassedOverReason;
}

/** Why an occurrence's event could not become a run. */
export interface RefusedOccurrence {
  readonly time: number;
  readonly code: string;
  readonly message: string;
}

/** What is known of a timer trigger. Times are Unix milliseconds. */
export interface ScheduleState {
  /** Names the schedule and its time zone; under another one, everything begins anew. */
  readonly schedule: string;
  /** Up to where it is decided which occurrences have runs. */
  readonly decidedUntil: number;
  readonly decidedAt: number;
  /** Decided to have a run. What was decided by a process that died has to be carried out by another. */
  readonly starting: readonly PlannedOccurrence[];
  /** These wait until the run before them has ended. */
  readonly queued: readonly QueuedOccurrence[];
  readonly lastStarted?: number;
  readonly lastRunId?: string;
  readonly lastPassedOver?: PassedOver;
  readonly lastRefused?: RefusedOccurrence;
}

export interface StoredSchedule {
  readonly state: ScheduleState;
  readonly version: string;
}

/** The stored state of a schedule is nothing this app wrote. */
export class ScheduleStateError extends HexdagError {
  readonly code = 'malformed_document';
  readonly retryable = false;
}

/** Among the entities, which have the user's types otherwise. */
const ENTITY_TYPE = 'hexdag:schedule';

/** Times as texts, so that whoever looks at the document can read them. */
const time = z.codec(z.iso.datetime(), z.number(), { decode: (text) => Date.parse(text), encode: isoTime });
const queued = z.object({ time, isCatchUp: z.boolean() });
const stateDocument = z.object({
  schedule: z.string(),
  decidedUntil: time,
  decidedAt: time,
  starting: z
    .array(queued.extend({ decidedAt: time, previousTime: time.nullable(), requestKey: z.string().exactOptional() }))
    .readonly(),
  queued: z.array(queued).readonly(),
  lastStarted: time.exactOptional(),
  lastRunId: z.string().exactOptional(),
  lastPassedOver: z.object({ first: time, last: time, reason: z.enum(['late', 'overlap', 'queue_full']) }).exactOptional(),
  lastRefused: z.object({ time, code: z.string(), message: z.string() }).exactOptional(),
});

/** The states of an app's timer triggers: an entity each, since what they need is a small document and a compare-and-set. */
export class ScheduleStates {
  readonly #entities: EntityStore;

  constructor(entities: EntityStore) {
    this.#entities = entities;
  }

  /** @throws ScheduleStateError, DependencyUnavailableError, DependencyRefusedError */
  async read(trigger: string): Promise<StoredSchedule | undefined> {
    const stored = await this.#entities.read(ENTITY_TYPE, trigger);
    if (stored === null) return undefined;
    const state = stateDocument.safeParse(stored.value);
    if (state.success) return { state: state.data, version: stored.version };
    const message = `The stored state of the trigger '${trigger}' is not what this version writes; delete its document to begin anew.`;
    throw new ScheduleStateError(message, { cause: state.error });
  }

  /** Writes over what was read. False: somebody else was faster. */
  async write(trigger: string, state: ScheduleState, read: StoredSchedule | undefined): Promise<boolean> {
    return this.#entities.write(ENTITY_TYPE, trigger, z.encode(stateDocument, state), read?.version ?? null);
  }
}
