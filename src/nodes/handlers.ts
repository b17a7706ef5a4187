import type { JsonValue } from '../json.ts';
import { Registry } from './registry.ts';
import type { StepContext } from './step-context.ts';

/** A transition that has just been stored, as its handlers see it. */
export interface EntityTransition {
  readonly entityType: string;
  readonly entityId: string;
  readonly fromState: string;
  readonly toState: string;
  readonly reason: string | null;
  readonly payload: JsonValue;
}

/**
 * Called after the new state is stored. A throw restores the old state and fails the node. Called again, with the same
 * `context.idempotencyKey`, when the process died before all handlers were done.
 */
export type TransitionHandler = (transition: EntityTransition, context: StepContext) => unknown;

export interface HandlerDefinition {
  readonly name: string;
  readonly run: TransitionHandler;
}

/** Names a function, so that a state machine can call it: `handlers: {on_transition: <name>}`. */
export function defineHandler(name: string, run: TransitionHandler): HandlerDefinition {
  return { name, run };
}

export class HandlerRegistry extends Registry<HandlerDefinition> {
  constructor(handlers: Iterable<HandlerDefinition>) {
    super('Handler', handlers);
  }
}
