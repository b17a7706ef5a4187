import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { z } from 'zod';
import { HOST_VERSION } from './core-module.ts';
import type { Invocation, InvocationOutcome, RegisteredFunction } from './extension.ts';
import { sendStatus } from './http-message.ts';
import { routeOf } from './http-routes.ts';
import type { KeyGuard } from './keys.ts';
import type { Lifecycle } from './lifecycle.ts';
import { readBody } from './request-body.ts';
import { testInvocation } from './test-invocation.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;

const runSchema = z.object({ input: z.string().default('') });

export interface AdminParts {
  readonly origin: string;
  readonly instanceId: string;
  readonly routePrefix: string;
  readonly functions: readonly RegisteredFunction[];
  readonly disabledFunctions: readonly RegisteredFunction[];
  readonly guard: KeyGuard;
  readonly lifecycle: Lifecycle;
  invoke(fn: RegisteredFunction, invocation: Invocation): Promise<InvocationOutcome>;
}

/** The `/admin` API: what runs, how it is, and running a function by hand. */
export class Admin {
  readonly #parts: AdminParts;
  #drain: 'Disabled' | 'InProgress' | 'Completed' = 'Disabled';

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const [, area, ...path] = url.pathname.split('/').flatMap((segment) => segment.toLowerCase() || []);
    if (area === 'host' && path[0] === 'ping') return sendStatus(response, 200);
    if (!this.#parts.guard.allows('admin', request, url)) return sendStatus(response, 401);
    if (area === 'warmup') return sendStatus(response, 200);
    if (area === 'host') return this.#host(`${request.method} ${path.join('/')}`, response);
    if (area === 'functions') return this.#functions(path, request, response);
    return sendStatus(response, 404);
  }

  async #functions([name, action]: readonly string[], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { functions, disabledFunctions } = this.#parts;
    const all = [...functions, ...disabledFunctions];
    const fn = all.find((candidate) => candidate.name.toLowerCase() === name);
    if (name !== undefined && fn === undefined) return sendStatus(response, 404);
    const described = fn === undefined ? all.map((each) => this.#describe(each)) : this.#describe(fn);
    if (request.method === 'GET' && action === undefined) return sendJson(response, described);
    if (request.method === 'GET' && action === 'status') return sendJson(response, { errors: null });
    if (request.method === 'POST' && action === undefined && fn !== undefined) return this.#run(fn, request, response);
    return sendStatus(response, 404);
  }

  async #host(operation: string, response: ServerResponse): Promise<void> {
    switch (operation) {
      case 'GET status':
        return sendJson(response, this.#status());
      case 'POST drain':
        this.#startDrain();
        return sendStatus(response, 202);
      case 'GET drain/status':
        return sendJson(response, { state: this.#drain });
      default:
        return sendStatus(response, 404);
    }
  }

  #startDrain(): void {
    if (this.#drain !== 'Disabled') return;
    this.#drain = 'InProgress';
    void this.#parts.lifecycle.drain().then(() => {
      this.#drain = 'Completed';
    });
  }

  async #run(fn: RegisteredFunction, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const invocation = testInvocation(fn, await readInput(request));
    if (invocation === undefined || !this.#parts.functions.includes(fn)) return sendStatus(response, 400);
    // The answer is out before the function ends; how it ended is in the log.
    this.#parts.invoke(fn, invocation).catch(() => undefined);
    return sendStatus(response, 202);
  }

  #status(): object {
    return {
      id: createHash('sha256').update(this.#parts.origin).digest('hex').slice(0, 32),
      state: this.#parts.lifecycle.state,
      version: HOST_VERSION,
      versionDetails: HOST_VERSION,
      platformVersion: '',
      instanceId: this.#parts.instanceId,
      computerName: hostname(),
      processUptime: Math.round(process.uptime() * 1000),
      functionAppContentEditingState: 'Unknown',
      extensionBundle: null,
    };
  }

  #describe(fn: RegisteredFunction): object {
    const { origin, routePrefix } = this.#parts;
    const isHttp = fn.trigger.binding.type.toLowerCase() === 'httptrigger';
    return {
      name: fn.name,
      language: 'node',
      isDisabled: this.#parts.disabledFunctions.includes(fn),
      isDirect: true,
      isProxy: false,
      href: `${origin}/admin/functions/${fn.name}`,
      invoke_url_template: isHttp ? `${origin}/${routeOf(fn, routePrefix)}` : null,
      config: { name: fn.name, bindings: Object.entries(fn.bindings).map(([name, binding]) => ({ ...binding, name })) },
    };
  }
}

async function readInput(request: IncomingMessage): Promise<string | undefined> {
  try {
    const body = await readBody(request, BODY_LIMIT_BYTES);
    return runSchema.parse(JSON.parse(body.toString('utf8'))).input;
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}
