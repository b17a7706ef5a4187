import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import type { PlanStateMachine } from '../pipeline/plan.ts';
import { PermanentError } from './errors.ts';

/** Transitions an entity remembers, newest last: more than come between two attempts of one node. */
const REMEMBERED = 20;

const record = z.object({
  /** Idempotency key of the node that asked for it. */
  key: z.string(),
  from: z.string(),
  to: z.string(),
  at: z.string(),
  /** Whether all handlers have run. */
  done: z.boolean(),
});

const entityState = z.object({ state: z.string(), transitions: z.array(record) });

export type TransitionRecord = Readonly<z.infer<typeof record>>;

/** An entity's state and how it came to be. */
export interface EntityState {
  readonly state: string;
  readonly transitions: readonly TransitionRecord[];
}

export interface TransitionRequest {
  readonly entityType: string;
  readonly entityId: string;
  readonly toState: string;
  readonly key: string;
  /** RFC 3339. */
  readonly at: string;
  readonly hasHandlers: boolean;
}

/** @throws PermanentError (`entity_malformed`) if this app did not write it */
export function toEntityState(value: JsonObject): EntityState {
  const parsed = entityState.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PermanentError('entity_malformed', 'The stored entity is not what this version writes.');
}

export function toEntityValue({ state, transitions }: EntityState): JsonObject {
  return { state, transitions: transitions.map((one) => ({ ...one })) };
}

/** An entity nobody has moved yet is in its machine's initial state. */
export function initialState(machine: PlanStateMachine): EntityState {
  return { state: machine.initial, transitions: [] };
}

/** What the node did before, at an earlier attempt. */
export function recordedTransition({ transitions }: EntityState, key: string): TransitionRecord | undefined {
  return transitions.find((one) => one.key === key);
}

/**
 * The entity after the transition.
 * @throws PermanentError (`transition_not_allowed`, `transition_guarded`)
 */
export function moved(
  entity: EntityState,
  machine: PlanStateMachine,
  request: TransitionRequest,
  holds: (guard: string) => boolean,
): EntityState {
  const { entityType, entityId, toState, key, at, hasHandlers } = request;
  const { state, transitions } = entity;
  const ways = Object.hasOwn(machine.transitions, state) ? (machine.transitions[state] ?? []) : [];
  const wanted = ways.filter(({ to }) => to === toState);
  const what = `Cannot transition ${entityType} '${entityId}' from '${state}' to '${toState}'`;
  if (wanted.length === 0) {
    const allowed = ways.length === 0 ? 'none' : [...new Set(ways.map(({ to }) => to))].join(', ');
    throw new PermanentError('transition_not_allowed', `${what}. Allowed from '${state}': ${allowed}.`);
  }
  if (!wanted.some(({ guard }) => guard === undefined || holds(guard))) {
    const guards = wanted.map(({ guard }) => `'${guard}'`).join(', ');
    throw new PermanentError('transition_guarded', `${what}: the guard ${guards} does not hold.`);
  }
  const next = { key, from: state, to: toState, at, done: !hasHandlers };
  return { state: toState, transitions: [...transitions, next].slice(-REMEMBERED) };
}

/** The entity once all handlers of the transition have run; undefined if it was taken back meanwhile. */
export function settled(entity: EntityState, key: string): EntityState | undefined {
  if (recordedTransition(entity, key) === undefined) return undefined;
  return { ...entity, transitions: entity.transitions.map((one) => (one.key === key ? { ...one, done: true } : one)) };
}

/** The entity as it was before; undefined if the transition is settled, or another one has come after it. */
export function restored(entity: EntityState, key: string): EntityState | undefined {
  const last = entity.transitions.at(-1);
  if (last?.key !== key || last.done) return undefined;
  return { state: last.from, transitions: entity.transitions.slice(0, -1) };
}
