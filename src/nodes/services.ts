import type { JsonObject } from '../json.ts';
import { Registry } from './registry.ts';
import type { StepContext } from './step-context.ts';

export interface ServiceMethodDefinition {
  /** The input holds the declared parameters that the caller gave, or everything if none are declared. The result must be JSON. */
  readonly run: (input: JsonObject, context: StepContext) => unknown;
  readonly params?: readonly string[];
  /** Whether `service_call_node` may call it. Neither `step` nor `tool` given: it may. */
  readonly step?: boolean;
  /** Whether agents may call it. */
  readonly tool?: boolean;
  /** What agents are told about it. */
  readonly description?: string;
}

export interface Service {
  readonly methods: Readonly<Record<string, ServiceMethodDefinition>>;
  /** Before the first call of a process. One that fails is tried again at the next call. */
  readonly setup?: () => unknown;
  /** When the process ends, if it was set up. */
  readonly teardown?: () => unknown;
}

/** The pipeline's ports by name. */
export type PortLookup = (name: string) => unknown;

/** `config` as the pipeline writes it, with secrets in place; a text that is the name of a port is that port. */
export type CreateService = (config: Readonly<Record<string, unknown>>, ports: PortLookup) => Service;

export interface ServiceDefinition {
  /** As `services.<name>.class` names it. */
  readonly name: string;
  readonly create: CreateService;
}

/** Names a class of services, so that a pipeline can declare one: `services: {orders: {class: <name>}}`. */
export function defineService(name: string, create: CreateService): ServiceDefinition {
  return { name, create };
}

export class ServiceRegistry extends Registry<ServiceDefinition> {
  constructor(services: Iterable<ServiceDefinition>) {
    super('Service', services);
  }
}
