import type { PlanStateMachine } from '../pipeline/plan.ts';
import type { EntityStore } from '../ports/entity-store.ts';
import type { Log } from '../ports/log.ts';
import {
  type EntityState,
  initialState,
  moved,
  recordedTransition,
  restored,
  settled,
  type TransitionRecord,
  type TransitionRequest,
  toEntityState,
  toEntityValue,
} from './entity-state.ts';
import { TransientError } from './errors.ts';
import { wait } from './wait.ts';

/** Others may write the same entity; each time, what they wrote is looked at anew. */
const MAX_TRIES = 10;

export interface EntityMove {
  readonly request: TransitionRequest;
  readonly machine: PlanStateMachine;
  readonly entities: EntityStore;
  readonly holds: (guard: string, fromState: string) => boolean;
  /** Runs every handler; a throw takes the transition back. */
  readonly handle: (record: TransitionRecord) => Promise<void>;
  readonly log: Log;
}

/**
 * Moves an entity to another state: stores it, runs the handlers, and takes it back if one of them throws. Exactly one transition
 * is made for a key, however often it is asked for; handlers run again if the process died before all of them were done.
 */
export async function moveEntity(move: EntityMove): Promise<TransitionRecord> {
  const record = await storeTransition(move);
  if (record.done) return record;
  try {
    await move.handle(record);
  } catch (error) {
    await takeBack(move);
    throw error;
  }
  if (await change(move, (entity) => settled(entity, record.key))) return record;
  const { entityType, entityId } = move.request;
  const message = `The transition of ${entityType} '${entityId}' was taken back by another attempt. Try again.`;
  throw new TransientError('transition_taken_back', message);
}

/** @returns what was stored, now or by an earlier attempt */
async function storeTransition(move: EntityMove): Promise<TransitionRecord> {
  const { request, machine, holds } = move;
  let record: TransitionRecord | undefined;
  await change(move, (entity) => {
    record = recordedTransition(entity, request.key);
    if (record !== undefined) return undefined;
    const next = moved(entity, machine, request, (guard) => holds(guard, entity.state));
    record = recordedTransition(next, request.key);
    return next;
  });
  if (record === undefined) throw new TypeError('A transition that was made must be recorded.');
  return record;
}

/**
 * The handler's error is the one to tell; that the way back is barred is only noted.
 * @throws DependencyUnavailableError if the store stays away: the node is then run again, and its handlers with it
 */
async function takeBack(move: EntityMove): Promise<void> {
  const { entityType: entity, key } = move.request;
  try {
    if (await change(move, (state) => restored(state, key))) return;
  } catch (error) {
    if (!(error instanceof TransientError)) throw error;
  }
  move.log('warn', 'a transition whose handler failed stands, because others have come after it', { entity });
}

/** Writes what `decide` makes of the entity, which is asked again after a lost race. False: it decided to leave it. */
async function change(move: EntityMove, decide: (entity: EntityState) => EntityState | undefined): Promise<boolean> {
  const { entities, machine, request } = move;
  const { entityType, entityId } = request;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    if (attempt > 0) await wait(Math.random() * 10 * attempt);
    const stored = await entities.read(entityType, entityId);
    const next = decide(stored === null ? initialState(machine) : toEntityState(stored.value));
    if (next === undefined) return false;
    if (await entities.write(entityType, entityId, toEntityValue(next), stored?.version ?? null)) return true;
  }
  const message = `Too many write ${entityType} '${entityId}' at the same time. Try again later.`;
  throw new TransientError('entity_contended', message);
}
