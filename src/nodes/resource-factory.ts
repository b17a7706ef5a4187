import type { JsonValue } from '../json.ts';
import type { Plan, PlanAdapter, PlanNode, PlanPort } from '../pipeline/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { EntityStore } from '../ports/entity-store.ts';
import type { Log } from '../ports/log.ts';
import type { SecretSource } from '../ports/secret-source.ts';
import type { AdapterRegistry } from './adapters.ts';
import { PermanentError } from './errors.ts';
import type { HandlerRegistry } from './handlers.ts';
import { type MiddlewareRegistry, withMiddleware } from './middleware.ts';
import type { BoundService, NodeResources, ServiceMethod } from './node-resources.ts';
import { PIPELINE_MEMORY, pipelineMemory } from './pipeline-memory.ts';
import { poolOf } from './port-pool.ts';
import { ResourcesOfNode, type SharedResources } from './resources-of-node.ts';
import { requireSecrets, withSecrets } from './secret-references.ts';
import { ServiceInstance } from './service-instance.ts';
import type { ServiceRegistry } from './services.ts';

export interface ResourceDependencies {
  readonly adapters: AdapterRegistry;
  readonly services: ServiceRegistry;
  readonly handlers: HandlerRegistry;
  readonly middleware: MiddlewareRegistry;
  readonly secrets: SecretSource;
  readonly entities?: EntityStore;
  /** Adapters of ports that pipelines need not declare: port → adapter. */
  readonly defaultPorts: Readonly<Record<string, string>>;
  /** Ready objects that stand in for ports, whatever the pipeline declares. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes what pipelines declare: once for each plan, and each port and service when it is first used. */
export class ResourceFactory {
  readonly #dependencies: ResourceDependencies;
  readonly #made = new WeakMap<Plan, PlanResources>();
  readonly #open = new Set<ServiceInstance>();

  constructor(dependencies: ResourceDependencies) {
    this.#dependencies = dependencies;
  }

  /** @param node whose ports come before those of the plan */
  of(plan: Plan, node?: Pick<PlanNode, 'ports'>): NodeResources {
    const shared = this.#of(plan);
    return node?.ports === undefined ? shared : new ResourcesOfNode(shared, node.ports);
  }

  #of(plan: Plan): PlanResources {
    const known = this.#made.get(plan);
    if (known !== undefined) return known;
    const made = new PlanResources(plan, this.#dependencies, (service) => this.#open.add(service));
    this.#made.set(plan, made);
    return made;
  }

  /** Tears down every service that was set up. Tells the log of those that fail at it. */
  async close(): Promise<void> {
    const services = [...this.#open];
    this.#open.clear();
    const outcomes = await Promise.allSettled(services.map((service) => service.teardown()));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') continue;
      this.#dependencies.log('warn', 'a service could not be torn down', { service: services[index]?.name ?? '' });
    }
  }
}

class PlanResources implements SharedResources {
  readonly #plan: Plan;
  readonly #dependencies: ResourceDependencies;
  readonly #opened: (service: ServiceInstance) => void;
  /** By place of declaration; those of a single node by what it declares. */
  readonly #ports = new Map<string | PlanPort, unknown>();
  readonly #services = new Map<string, ServiceInstance>();
  #tools: ReadonlyMap<string, ServiceMethod> | undefined;

  constructor(plan: Plan, dependencies: ResourceDependencies, opened: (service: ServiceInstance) => void) {
    this.#plan = plan;
    this.#dependencies = dependencies;
    this.#opened = opened;
  }

  port(name: string): unknown {
    return this.#madeOnce(name, `ports.${name}`, () => {
      const { ports = {} } = this.#plan;
      const declared = Object.hasOwn(ports, name) ? ports[name] : undefined;
      return declared === undefined ? this.#defaultPort(name) : this.#makePort(name, declared);
    });
  }

  declaredPort(name: string, declared: PlanPort): unknown {
    const { ofKind } = declared;
    const key = ofKind === undefined ? declared : `type_ports.${ofKind}.${name}`;
    return this.#madeOnce(name, key, () => this.#makePort(name, declared));
  }

  #madeOnce(name: string, key: string | PlanPort, make: () => unknown): unknown {
    const { overrides = {} } = this.#dependencies;
    if (Object.hasOwn(overrides, name)) return overrides[name];
    if (!this.#ports.has(key)) this.#ports.set(key, make());
    return this.#ports.get(key);
  }

  get stateMachines() {
    return this.#plan.stateMachines ?? {};
  }

  get entities() {
    return this.#dependencies.entities;
  }

  handler(name: string) {
    return this.#dependencies.handlers.get(name);
  }

  get services(): readonly string[] {
    const declared = Object.keys(this.#plan.services ?? {});
    return this.#hasMemory() ? [...declared, PIPELINE_MEMORY] : declared;
  }

  service(name: string): BoundService | undefined {
    const known = this.#services.get(name);
    if (known !== undefined) return known;
    const made = this.#makeService(name);
    if (made !== undefined) this.#services.set(name, made);
    return made;
  }

  tools(): ReadonlyMap<string, ServiceMethod> {
    if (this.#tools !== undefined) return this.#tools;
    const tools = new Map<string, ServiceMethod>();
    for (const service of this.services) {
      for (const method of this.service(service)?.methods.values() ?? []) {
        if (method.isTool && !tools.has(method.name)) tools.set(method.name, method);
      }
    }
    this.#tools = tools;
    return tools;
  }

  /** A service of that name that the pipeline declares comes first. */
  #hasMemory(): boolean {
    return this.entities !== undefined && !Object.hasOwn(this.#plan.services ?? {}, PIPELINE_MEMORY);
  }

  #defaultPort(name: string): unknown {
    const { defaultPorts } = this.#dependencies;
    const adapter = Object.hasOwn(defaultPorts, name) ? defaultPorts[name] : undefined;
    return adapter === undefined ? undefined : this.#makeAdapter(name, { adapter, config: {} });
  }

  #makePort(name: string, { adapters, strategy, middleware: stack }: PlanPort): unknown {
    const { middleware, secrets, clock } = this.#dependencies;
    const configs = adapters.map(({ config }) => config);
    requireSecrets(configs, secrets, `port '${name}'`);
    const members = adapters.map((adapter) => this.#makeAdapter(name, adapter));
    const [only = {}] = members;
    const port = members.length > 1 ? poolOf(members, strategy ?? 'failover') : only;
    return withMiddleware(port, stack, middleware, { port: name, clock });
  }

  #makeAdapter(port: string, { adapter, config }: PlanAdapter): object {
    const { adapters, secrets, clock, log } = this.#dependencies;
    const definition = adapters.get(adapter);
    if (definition === undefined) throw adapterMissing(port, adapter, adapters.isUnavailable(adapter));
    const made = definition.create(withSecrets(config, secrets, `port '${port}'`), { port, clock, log });
    if (typeof made === 'object' && made !== null) return made;
    throw new TypeError(`The adapter '${adapter}' made no object for port '${port}'.`);
  }

  #makeService(name: string): ServiceInstance | undefined {
    const { services, entities } = this.#dependencies;
    const declared = this.#plan.services ?? {};
    if (!Object.hasOwn(declared, name)) {
      const isMemory = name === PIPELINE_MEMORY && entities !== undefined;
      return isMemory ? new ServiceInstance(name, pipelineMemory(entities), this.#opened) : undefined;
    }
    const { class: className = '', config = {} } = declared[name] ?? {};
    const definition = services.get(className);
    if (definition === undefined) {
      const message = `Service '${name}' is of the class '${className}', which is not registered in this build.`;
      throw new PermanentError('service_class_unknown', `${message} Register it: defineService('${className}', …).`);
    }
    const service = definition.create(this.#serviceConfig(name, config), (port) => this.port(port));
    return new ServiceInstance(name, service, this.#opened);
  }

  /** A text that is the name of a port becomes that port. */
  #serviceConfig(service: string, config: PlanAdapter['config']): Readonly<Record<string, unknown>> {
    const { secrets, overrides = {} } = this.#dependencies;
    const portOf = (written: JsonValue | undefined) =>
      typeof written === 'string' && (Object.hasOwn(this.#plan.ports ?? {}, written) || Object.hasOwn(overrides, written))
        ? this.port(written)
        : undefined;
    const resolved = withSecrets(config, secrets, `service '${service}'`);
    return Object.fromEntries(Object.entries(resolved).map(([key, value]) => [key, portOf(config[key]) ?? value]));
  }
}

function adapterMissing(port: string, adapter: string, isKnown: boolean): PermanentError {
  if (isKnown) {
    const message = `Port '${port}' names the adapter '${adapter}', which is known but not available in this build.`;
    return new PermanentError('adapter_unavailable', `${message} Choose another, or register one of that name.`);
  }
  const message = `Port '${port}' names the adapter '${adapter}', which is not registered in this build.`;
  return new PermanentError('adapter_unknown', `${message} Register it: defineAdapter('${adapter}', …).`);
}
