import { type AdapterDefinition, AdapterRegistry } from '../nodes/adapters.ts';
import { type HandlerDefinition, HandlerRegistry } from '../nodes/handlers.ts';
import { MiddlewareRegistry } from '../nodes/middleware.ts';
import { ResourceFactory } from '../nodes/resource-factory.ts';
import { type ServiceDefinition, ServiceRegistry } from '../nodes/services.ts';
import type { Clock } from '../ports/clock.ts';
import type { EntityStore } from '../ports/entity-store.ts';
import type { Log } from '../ports/log.ts';
import { builtinAdapters, DEFAULT_PORTS } from './builtin-adapters.ts';
import { EnvironmentSecrets } from './host/environment-secrets.ts';

/** What the user's code offers to pipelines besides steps. */
export interface Definitions {
  readonly adapters?: readonly AdapterDefinition[];
  readonly services?: readonly ServiceDefinition[];
  readonly handlers?: readonly HandlerDefinition[];
}

/** What pipelines can name; the compiler's `Catalog` takes it as it is. */
export interface Registries {
  readonly adapters: AdapterRegistry;
  readonly services: ServiceRegistry;
  readonly handlers: HandlerRegistry;
  readonly middleware: MiddlewareRegistry;
}

/** What is given, and the built-in adapters. Of a built-in name and a given one the given one counts. */
export function createRegistries({ adapters = [], services = [], handlers = [] }: Definitions): Registries {
  const taken = new Set(adapters.flatMap(({ name, aliases }) => [name, ...aliases]));
  const builtin = builtinAdapters.flatMap((adapter) => {
    if (taken.has(adapter.name)) return [];
    return [{ ...adapter, aliases: adapter.aliases.filter((alias) => !taken.has(alias)) }];
  });
  return {
    adapters: new AdapterRegistry([...adapters, ...builtin]),
    services: new ServiceRegistry(services),
    handlers: new HandlerRegistry(handlers),
    middleware: new MiddlewareRegistry(),
  };
}

export interface ResourceOptions {
  /** Where references to secrets are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly entities: EntityStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Ready objects that stand in for ports, whatever a pipeline declares. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

export function createResources(registries: Registries, { environment, ...options }: ResourceOptions): ResourceFactory {
  return new ResourceFactory({
    ...registries,
    ...options,
    secrets: new EnvironmentSecrets(environment),
    defaultPorts: DEFAULT_PORTS,
  });
}
