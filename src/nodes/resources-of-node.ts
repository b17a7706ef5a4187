import type { PlanPort } from '../pipeline/plan.ts';
import type { BoundService, NodeResources, ServiceMethod } from './node-resources.ts';

/** The resources of a plan, of which some ports may be made for single nodes. */
export interface SharedResources extends NodeResources {
  /** The port as it is declared for a node or a kind of node, made once. @throws PermanentError as `port` does */
  declaredPort(name: string, declared: PlanPort): unknown;
}

/** A plan's resources as a node sees them that has ports of its own. Services are shared, and so are the ports that they use. */
export class ResourcesOfNode implements NodeResources {
  readonly #shared: SharedResources;
  readonly #ports: Readonly<Record<string, PlanPort>>;

  constructor(shared: SharedResources, ports: Readonly<Record<string, PlanPort>>) {
    this.#shared = shared;
    this.#ports = ports;
  }

  port(name: string): unknown {
    const own = Object.hasOwn(this.#ports, name) ? this.#ports[name] : undefined;
    return own === undefined ? this.#shared.port(name) : this.#shared.declaredPort(name, own);
  }

  get services(): readonly string[] {
    return this.#shared.services;
  }

  service(name: string): BoundService | undefined {
    return this.#shared.service(name);
  }

  tools(): ReadonlyMap<string, ServiceMethod> {
    return this.#shared.tools();
  }

  get stateMachines() {
    return this.#shared.stateMachines;
  }

  get entities() {
    return this.#shared.entities;
  }

  handler(name: string) {
    return this.#shared.handler(name);
  }
}
