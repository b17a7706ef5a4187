import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ClientEndpoint, managementUrls, RPC_PATH, WEBHOOK_PATH } from './client-data.ts';
import { InstanceExistsError, InvalidInstanceIdError, UnknownOrchestratorError } from './errors.ts';
import type { Delivery, Management } from './management.ts';
import { historyBody, statusBody } from './status.ts';
import type { InstanceFilter, Page, StoredInstance } from './store.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface ApiRequest {
  readonly method: string;
  /** Decoded path segments below the API's base. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** The body, undefined unless it is empty or JSON. */
  readonly json: () => Promise<string | undefined>;
  readonly href: string;
}

const NOT_FOUND: Answer = { status: 404 };
const BAD_JSON: Answer = { status: 400, body: { Message: 'Invalid JSON content: send JSON, or nothing.' } };
const CONTINUATION_TOKEN = 'x-ms-continuation-token';
const DEFAULT_PAGE = 100;
const RAISE_STATUS: Readonly<Record<Delivery, number>> = { accepted: 202, unknown: 404, ended: 410 };

/** The durable client's HTTP API: at the webhook path for whoever has the system key, at the RPC path for this machine alone. */
export class HttpApi {
  readonly #management: Management;
  readonly #endpoint: ClientEndpoint;

  constructor(management: Management, endpoint: ClientEndpoint) {
    this.#management = management;
    this.#endpoint = endpoint;
  }

  /** Answers the request; false if it is not for this API. */
  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const base = [WEBHOOK_PATH, RPC_PATH].find((path) => url.pathname.startsWith(`${path}/`));
    if (base === undefined) return false;
    if (!this.#isAllowed(base, request, url)) {
      send(response, { status: 401, body: { Message: 'Unauthorized: give the durabletask system key as ?code=.' } });
      return true;
    }
    send(response, await this.#answer(toApiRequest(request, url, base)));
    return true;
  }

  #isAllowed(base: string, request: IncomingMessage, url: URL): boolean {
    if (base === RPC_PATH) return /^(::1|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');
    const given = Buffer.from(url.searchParams.get('code') ?? String(request.headers['x-functions-key'] ?? ''));
    const key = Buffer.from(this.#endpoint.systemKey);
    return given.length === key.length && timingSafeEqual(given, key);
  }

  async #answer(request: ApiRequest): Promise<Answer> {
    const [collection, instanceId] = request.path;
    try {
      if (collection === 'orchestrators' && request.method === 'POST') return await this.#start(request);
      if (collection === 'instances') return await (instanceId ? this.#instance(request, instanceId) : this.#instances(request));
      if (collection === 'entities')
        return { status: 501, body: { Message: 'Entities are not supported by the local Durable engine.' } };
      return NOT_FOUND;
    } catch (error) {
      if (error instanceof UnknownOrchestratorError || error instanceof InvalidInstanceIdError) {
        return { status: 400, body: { Message: error.message } };
      }
      if (error instanceof InstanceExistsError) return { status: 409, body: { Message: error.message } };
      throw error;
    }
  }

  async #start({ path, query, header, json }: ApiRequest): Promise<Answer> {
    const input = await json();
    if (input === undefined) return BAD_JSON;
    const [, name = '', instanceId] = path;
    const version = query.get('version') ?? undefined;
    const id = await this.#management.start({
      name,
      instanceId: instanceId || undefined,
      input: input || null,
      version,
      traceParent: header('traceparent'),
    });
    const timeout = Number(query.get('timeout') ?? 0);
    if (timeout > 0) {
      await this.#management.waitForEnd(id, timeout * 1000);
      const instance = this.#management.find(id);
      if (instance?.status === 'Completed') return { status: 200, body: statusBody(instance, true).output };
      if (instance?.status === 'Terminated') return { status: 200, body: statusBody(instance, true) };
      if (instance?.status === 'Failed') return { status: 500, body: statusBody(instance, true) };
    }
    return this.#links(id);
  }

  #links(instanceId: string): Answer {
    const body = managementUrls(this.#endpoint, instanceId);
    return { status: 202, body, headers: { location: body.statusQueryGetUri, 'retry-after': '10' } };
  }

  async #instances({ method, query, header }: ApiRequest): Promise<Answer> {
    const filter = toFilter(query);
    if (method === 'DELETE') {
      if (filter.createdFrom === undefined)
        return { status: 400, body: { Message: "Please provide value for 'createdTimeFrom' parameter." } };
      const instancesDeleted = await this.#management.purgeAll(filter);
      return instancesDeleted === 0 ? NOT_FOUND : { status: 200, body: { instancesDeleted } };
    }
    if (method !== 'GET') return { status: 405 };
    const limit = Math.max(1, Number(query.get('top')) || DEFAULT_PAGE);
    const found = this.#management.list(filter, { limit: limit + 1, after: readToken(header(CONTINUATION_TOKEN)) });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const body = page.map((instance) => statusBody(instance, query.get('showInput') === 'true'));
    if (found.length <= limit || last === undefined) return { status: 200, body };
    return { status: 200, body, headers: { [CONTINUATION_TOKEN]: writeToken(last) } };
  }

  async #instance(request: ApiRequest, instanceId: string): Promise<Answer> {
    const { method, path, query } = request;
    const operation = path[2]?.toLowerCase();
    if (operation === undefined && method === 'GET') return this.#status(request, instanceId);
    if (operation === undefined && method === 'DELETE') return this.#purge(instanceId);
    if (method !== 'POST') return { status: 405 };
    const reason = query.get('reason');
    switch (operation) {
      case 'raiseevent':
        return this.#raiseEvent(request, instanceId);
      case 'terminate':
        return { status: RAISE_STATUS[await this.#management.terminate(instanceId, reason)] };
      case 'suspend':
        return { status: RAISE_STATUS[await this.#management.suspend(instanceId, reason)] };
      case 'resume':
        return { status: RAISE_STATUS[await this.#management.resume(instanceId, reason)] };
      case 'rewind':
        return this.#rewind(instanceId, reason);
      case 'restart': {
        const id = await this.#management.restart(instanceId, query.get('restartWithNewInstanceId') !== 'false');
        return id === undefined ? NOT_FOUND : this.#links(id);
      }
      default:
        return NOT_FOUND;
    }
  }

  #status({ query, href }: ApiRequest, instanceId: string): Answer {
    const instance = this.#management.find(instanceId);
    if (instance === undefined) return NOT_FOUND;
    const historyEvents =
      query.get('showHistory') === 'true'
        ? historyBody(this.#management.history(instance), query.get('showHistoryOutput') === 'true')
        : undefined;
    const body = { ...statusBody(instance, query.get('showInput') !== 'false'), historyEvents };
    if (!isEnded(instance)) return { status: 202, body, headers: { location: href, 'retry-after': '5' } };
    const asError = instance.status === 'Failed' && query.get('returnInternalServerErrorOnFailure') === 'true';
    return { status: asError ? 500 : 200, body };
  }

  async #raiseEvent({ path, json }: ApiRequest, instanceId: string): Promise<Answer> {
    const name = path.slice(3).join('/');
    if (name === '') return NOT_FOUND;
    const input = await json();
    if (input === undefined) return BAD_JSON;
    return { status: RAISE_STATUS[await this.#management.raiseEvent(instanceId, name, input || null)] };
  }

  async #rewind(instanceId: string, reason: string | null): Promise<Answer> {
    const outcome = await this.#management.rewind(instanceId, reason);
    if (outcome === 'accepted') return { status: 202 };
    if (outcome === 'unknown') return NOT_FOUND;
    return { status: 412, body: 'Only orchestrations in the "Failed" state can be rewound.' };
  }

  async #purge(instanceId: string): Promise<Answer> {
    const outcome = await this.#management.purge(instanceId);
    if (outcome === 'unknown') return NOT_FOUND;
    return { status: 200, body: { instancesDeleted: outcome === 'purged' ? 1 : 0 } };
  }
}

function toApiRequest(request: IncomingMessage, url: URL, base: string): ApiRequest {
  return {
    method: request.method ?? 'GET',
    path: url.pathname
      .slice(base.length + 1)
      .split('/')
      .map(decodeSegment),
    query: url.searchParams,
    header: (name) => request.headers[name]?.toString(),
    json: async () => {
      const body = await text(request);
      return body === '' || isJson(body) ? body : undefined;
    },
    href: url.href,
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function toFilter(query: URLSearchParams): InstanceFilter {
  const time = (name: string) => {
    const at = Date.parse(query.get(name) ?? '');
    return Number.isNaN(at) ? undefined : at;
  };
  return {
    createdFrom: time('createdTimeFrom'),
    createdTo: time('createdTimeTo'),
    statuses: query.getAll('runtimeStatus').flatMap((list) => list.split(',').filter((status) => status !== '')),
    idPrefix: query.get('instanceIdPrefix') ?? undefined,
  };
}

function isEnded({ status }: StoredInstance): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Terminated';
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

function writeToken({ createdAt, key }: StoredInstance): string {
  return Buffer.from(`${createdAt}:${key}`).toString('base64url');
}

function readToken(token: string | undefined): Page['after'] {
  const [createdAt, key] = Buffer.from(token ?? '', 'base64url')
    .toString()
    .split(':')
    .map(Number);
  return createdAt === undefined || key === undefined || Number.isNaN(createdAt + key) ? undefined : { createdAt, key };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}
