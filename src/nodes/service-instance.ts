import type { JsonObject, JsonValue } from '../json.ts';
import { toJsonResult } from './json-result.ts';
import type { BoundService, ServiceMethod } from './node-resources.ts';
import type { Service, ServiceMethodDefinition } from './services.ts';
import type { StepContext } from './step-context.ts';

/** A service of a pipeline: set up before its first call, once for all calls. */
export class ServiceInstance implements BoundService {
  readonly name: string;
  readonly methods: ReadonlyMap<string, ServiceMethod>;
  readonly #service: Service;
  readonly #opened: (service: ServiceInstance) => void;
  #ready: Promise<void> | undefined;

  constructor(name: string, service: Service, opened: (service: ServiceInstance) => void) {
    this.name = name;
    this.#service = service;
    this.#opened = opened;
    this.methods = new Map(
      Object.entries(service.methods).map(([method, definition]) => [method, this.#bind(method, definition)]),
    );
  }

  async teardown(): Promise<void> {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready === undefined) return;
    await ready;
    await this.#service.teardown?.();
  }

  #bind(name: string, { run, params, step, tool, description }: ServiceMethodDefinition): ServiceMethod {
    return {
      service: this.name,
      name,
      ...(description === undefined ? {} : { description }),
      ...(params === undefined ? {} : { params }),
      isStep: step ?? tool !== true,
      isTool: tool === true,
      call: async (input: JsonObject, context: StepContext): Promise<JsonValue> => {
        await this.#setUp();
        return toJsonResult(await run(input, context));
      },
    };
  }

  /** A set-up that fails is tried again by the next call. */
  async #setUp(): Promise<void> {
    this.#ready ??= (async () => {
      await this.#service.setup?.();
      this.#opened(this);
    })();
    const ready = this.#ready;
    try {
      await ready;
    } catch (error) {
      if (this.#ready === ready) this.#ready = undefined;
      throw error;
    }
  }
}
