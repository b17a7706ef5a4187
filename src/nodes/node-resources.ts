import type { JsonObject, JsonValue } from '../json.ts';
import type { PlanStateMachine } from '../pipeline/plan.ts';
import type { EntityStore } from '../ports/entity-store.ts';
import type { HandlerDefinition } from './handlers.ts';
import type { StepContext } from './step-context.ts';

/** A method of a service, as nodes and agents call it. */
export interface ServiceMethod {
  readonly service: string;
  readonly name: string;
  readonly description?: string;
  /** Parameter names in declared order; undefined if it takes whatever comes. */
  readonly params?: readonly string[];
  readonly isStep: boolean;
  readonly isTool: boolean;
  /** Sets the service up first if this is the first call. The result is JSON. */
  call(input: JsonObject, context: StepContext): Promise<JsonValue>;
}

export interface BoundService {
  readonly name: string;
  readonly methods: ReadonlyMap<string, ServiceMethod>;
}

/**
 * What a node works with: ports, services and state machines. All of a pipeline's nodes share them, but for ports that a node has of
 * its own. Made on first use, kept with the plan.
 */
export interface NodeResources {
  /**
   * The port of that name, ready for use; undefined if the pipeline declares none and there is no default.
   * @throws PermanentError (`secret_missing`, `adapter_unknown`, `adapter_config_invalid`)
   */
  port(name: string): unknown;
  /** Names of the services, in declared order. */
  readonly services: readonly string[];
  /** Undefined if there is no such service. @throws PermanentError as `port` does */
  service(name: string): BoundService | undefined;
  /** Every service's methods that are tools, by bare name; of two with one name the first. */
  tools(): ReadonlyMap<string, ServiceMethod>;
  readonly stateMachines: Readonly<Record<string, PlanStateMachine>>;
  /** Undefined if nothing in this app stores entities. */
  readonly entities: EntityStore | undefined;
  handler(name: string): HandlerDefinition | undefined;
}

/** For pipelines that declare nothing. */
export const NO_RESOURCES: NodeResources = {
  port: () => undefined,
  services: [],
  service: () => undefined,
  tools: () => new Map(),
  stateMachines: {},
  entities: undefined,
  handler: () => undefined,
};
