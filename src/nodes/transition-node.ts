import { z } from 'zod';
import { evaluatePredicate, parseExpression } from '../expression/expression.ts';
import type { Lookup } from '../expression/scope.ts';
import { isTemplate } from '../expression/template.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { didYouMean } from '../pipeline/near-match.ts';
import type { ReferenceSite, ReportProblem, Surroundings } from '../pipeline/node-definition.ts';
import type { PlanStateMachine } from '../pipeline/plan.ts';
import type { EntityStore } from '../ports/entity-store.ts';
import type { TransitionRecord, TransitionRequest } from './entity-state.ts';
import { PermanentError } from './errors.ts';
import type { EntityTransition, HandlerDefinition } from './handlers.ts';
import { moveEntity } from './move-entity.ts';
import type { EffectNodeKind, NodeContext } from './node-kind.ts';
import { referenceIn, resolveValue } from './reference-or-text.ts';
import { renderText } from './render-leaves.ts';

const MAX_ID_CHARACTERS = 1_024;

const schema = z.object({
  /** Type of the entity: a name under `spec.state_machines`. */
  entity: z.string().min(1),
  to_state: z.string().min(1),
  /** Which entity; the field `entity_id` of the node's input by default. */
  entity_id: z.union([z.string(), z.number()]).optional(),
  reason: z.string().optional(),
  /** Data for guards and handlers. */
  payload: z.json().optional(),
});

/** Moves an entity to another state of its state machine. The state is stored, and outlives the run. */
export const transitionNode: EffectNodeKind = {
  kind: 'transition',
  aliases: ['core:transition', 'transition_node', 'core:transition_node'],
  schema,
  role: 'effect',
  references,
  resolve,
  run,
};

/** The texts that may read other nodes. A text that only looks like a reference names no node, and so depends on none. */
function references({ entity_id: id = null, reason = null, payload = null }: JsonObject): readonly ReferenceSite[] {
  return [...sitesIn(['entity_id'], id), ...sitesIn(['reason'], reason), ...sitesIn(['payload'], payload)];
}

function sitesIn(path: readonly (string | number)[], value: JsonValue): readonly ReferenceSite[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => sitesIn([...path, index], item));
  if (isJsonObject(value)) return Object.entries(value).flatMap(([key, item]) => sitesIn([...path, key], item));
  if (typeof value !== 'string' || isTemplate(value)) return [];
  const reference = referenceIn(value);
  if (reference === undefined) return [];
  const { root, segments } = reference;
  const [member = ''] = segments;
  const text = /^[\p{L}_]/u.test(member) && value.startsWith(`${root}.`) ? `${root}.${member}` : root;
  return [{ path, text, grammar: 'expression', locals: [] }];
}

function resolve(spec: JsonObject, report: ReportProblem, { stateMachines }: Surroundings): JsonObject {
  const { entity, to_state: state } = schema.parse(spec);
  if (stateMachines === undefined) return spec;
  if (!stateMachines.has(entity)) {
    const remedy =
      didYouMean(entity, stateMachines.keys()) ?? `Declare it: state_machines: {${entity}: {initial: …, transitions: …}}.`;
    report({ path: ['entity'], code: 'entity_unknown', message: `There is no state machine '${entity}'.`, remedy });
    return spec;
  }
  const machine = stateMachines.get(entity);
  const goals = new Set(Object.values(machine?.transitions ?? {}).flatMap((ways) => ways.map(({ to }) => to)));
  // A machine without any transition was refused itself, or is about to be written.
  if (goals.size === 0 || isTemplate(state) || goals.has(state)) return spec;
  const message = `No transition of the state machine '${entity}' leads to '${state}'.`;
  const remedy = didYouMean(state, goals) ?? `Transitions lead to: ${[...goals].join(', ')}.`;
  report({ path: ['to_state'], code: 'state_unknown', message, remedy });
  return spec;
}

async function run(spec: JsonObject, input: JsonValue, context: NodeContext): Promise<JsonValue> {
  const { entity, to_state: written, entity_id: id, reason: why, payload: data } = schema.parse(spec);
  const { scope } = context;
  const machine = machineOf(entity, context);
  const entities = storeOf(context);
  const handlers = machine.onTransition.map((name) => handlerOf(name, entity, context));

  const entityId = toEntityId(id === undefined ? fieldOf(input, 'entity_id') : resolveValue(id, scope), context.node);
  const reason = why === undefined ? null : resolveValue(why, scope);
  const payload = resolveValue(data ?? null, scope);
  const toState = renderText(written, scope);
  const request: TransitionRequest = {
    entityType: entity,
    entityId,
    toState,
    key: context.idempotencyKey,
    at: new Date(context.now).toISOString(),
    hasHandlers: handlers.length > 0,
  };
  const told = { entityType: entity, entityId, toState, reason: reason === null ? null : textOf(reason), payload };
  const record: TransitionRecord = await moveEntity({
    request,
    machine,
    entities,
    holds: (guard, fromState) => holds(guard, { ...told, fromState }, context),
    handle: async ({ from }) => {
      for (const handler of handlers) await handler.run({ ...told, fromState: from }, context);
    },
    log: context.log,
  });
  return { entity_type: entity, entity_id: entityId, from_state: record.from, to_state: record.to };
}

function machineOf(entity: string, { node, resources }: NodeContext): PlanStateMachine {
  const machines = resources.stateMachines;
  const machine = Object.hasOwn(machines, entity) ? machines[entity] : undefined;
  if (machine !== undefined) return machine;
  const known = Object.keys(machines);
  const remedy = didYouMean(entity, known) ?? (known.length === 0 ? '' : `Known are: ${known.join(', ')}.`);
  const message = `Node '${node}' moves a '${entity}', which is no state machine of its pipeline.`;
  throw new PermanentError('entity_unknown', `${message} Declare it under 'state_machines'. ${remedy}`.trimEnd());
}

function storeOf({ node, resources }: NodeContext): EntityStore {
  if (resources.entities !== undefined) return resources.entities;
  throw new PermanentError('entity_store_missing', `Node '${node}' needs a store of entities, and this app has none.`);
}

function handlerOf(name: string, entity: string, { resources }: NodeContext): HandlerDefinition {
  const handler = resources.handler(name);
  if (handler !== undefined) return handler;
  const message = `The handler '${name}' of the state machine '${entity}' is not registered in this build.`;
  throw new PermanentError('handler_unknown', `${message} Register it: defineHandler('${name}', …).`);
}

function toEntityId(value: JsonValue | undefined, node: string): string {
  const id = typeof value === 'number' ? String(value) : value;
  if (typeof id === 'string' && id !== '' && id.length <= MAX_ID_CHARACTERS) return id;
  const message = `Node '${node}' needs an 'entity_id': a number, or a text of up to ${MAX_ID_CHARACTERS} characters.`;
  throw new PermanentError('entity_id_invalid', message);
}

/** Names in a guard: the transition's own first, then the payload's fields, then what the node sees. */
function holds(guard: string, transition: EntityTransition, { scope, now }: NodeContext): boolean {
  const { entityType, entityId, fromState, toState, reason, payload } = transition;
  const own: JsonObject = {
    entity_type: entityType,
    entity_id: entityId,
    from_state: fromState,
    to_state: toState,
    reason,
    payload,
  };
  const lookup: Lookup = (name) => {
    const layer = [own, payload].find((fields) => isJsonObject(fields) && Object.hasOwn(fields, name));
    return layer === undefined ? scope(name) : fieldOf(layer, name);
  };
  return evaluatePredicate(parseExpression(guard), lookup, { now });
}

function fieldOf(value: JsonValue, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
