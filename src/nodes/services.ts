import type { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { readConfig } from './config-problems.ts';
import { ConfiguredRegistry } from './configured-registry.ts';
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
  /** What its configuration may hold; undefined if it takes whatever comes. */
  readonly config?: z.ZodType;
  /** @throws PermanentError (`service_config_invalid`) */
  readonly create: CreateService;
}

export interface ServiceOptions<Config extends z.ZodType> {
  /** A field that a pipeline fills with a port is that port here: `z.custom<Llm>(isLlm)`. */
  readonly config: Config;
  readonly create: (config: z.infer<Config>, ports: PortLookup) => Service;
}

/** Names a class of services, so that a pipeline can declare one: `services: {orders: {class: <name>}}`. */
export function defineService(name: string, create: CreateService): ServiceDefinition;
/** The same with a schema, which its configuration is checked by when a pipeline is compiled, and read by when it is used. */
export function defineService<Config extends z.ZodType>(name: string, options: ServiceOptions<Config>): ServiceDefinition;
export function defineService<Config extends z.ZodType>(
  name: string,
  definition: CreateService | ServiceOptions<Config>,
): ServiceDefinition {
  if (typeof definition === 'function') return { name, create: definition };
  const { config, create } = definition;
  return {
    name,
    config,
    create: (given, ports) =>
      create(readConfig(config, given, { owner: `the service '${name}'`, code: 'service_config_invalid' }), ports),
  };
}

export class ServiceRegistry extends ConfiguredRegistry<ServiceDefinition> {
  constructor(services: Iterable<ServiceDefinition>) {
    super('Service', services);
  }
}
