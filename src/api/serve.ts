import { createHash } from 'node:crypto';
import type { RequestLimit } from '../ports/request-limit.ts';
import type { Caller } from '../ports/token-verifier.ts';
import { type Access, admit } from './access.ts';
import { answer } from './answer.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { OPERATIONS, type OperationDependencies, type WorkingOperation } from './operations.ts';
import { refuseQuery } from './query.ts';
import { rateLimited } from './rate-limited.ts';
import type { Route } from './route.ts';
import { refuseRunId } from './run-id.ts';

export interface ServeDependencies extends OperationDependencies {
  readonly access: Access;
  /** Of each caller. */
  readonly limit: RequestLimit;
}

/** A route whose operation does something. */
export type WorkingRoute = Route & { readonly operation: WorkingOperation };

export function isWorking(route: Route): route is WorkingRoute {
  return route.operation !== 'health';
}

/** What keys may be sent in, where the host looks for them in the query. */
const KEY_PARAMETERS = ['code', 'clientId'];
const TOO_MANY = 'There were more requests of this caller than the app takes in a minute';

type Entry =
  /** The request may be carried out. */
  | { readonly kind: 'admitted'; readonly caller: Caller | undefined; readonly query: URLSearchParams }
  | { readonly kind: 'refused'; readonly response: ApiResponse };

/** Serves a request: who asks, what is asked, and then the operation. What changes something is logged with who asked for it. */
export function serve(route: WorkingRoute, request: ApiRequest, dependencies: ServeDependencies): Promise<ApiResponse> {
  const { log } = dependencies;
  return answer(route.operation, log, async () => {
    const entry = await enter(route, request, dependencies);
    if (entry.kind === 'refused') return entry.response;
    const response = await OPERATIONS[route.operation]({ ...request, query: entry.query }, dependencies);
    if (route.method !== 'GET' && response.status < 400) {
      log('info', 'a request is carried out', { operation: route.operation, ...request.params, ...whoIs(entry.caller) });
    }
    return response;
  });
}

async function enter(route: WorkingRoute, request: ApiRequest, { access, limit }: ServeDependencies): Promise<Entry> {
  const admission = await admit(route.role, request, access);
  if (admission.kind === 'refused') return admission;
  const { caller } = admission;
  // Probes may add what they like, and come as often.
  if (route.role === 'anyone') return { kind: 'admitted', caller, query: request.query };
  const waitMs = await limit.take(clientOf(request, caller));
  if (waitMs !== undefined) return { kind: 'refused', response: rateLimited(TOO_MANY, waitMs) };
  const query = access.kind === 'keys' ? withoutKeys(request.query) : request.query;
  const response = refuseRunId(request.params) ?? refuseQuery(query, Object.keys(route.query?.shape ?? {}));
  return response === undefined ? { kind: 'admitted', caller, query } : { kind: 'refused', response };
}

/** Who calls, as far as it can be told: by the token, or by the key that the host has checked. Keys are kept as hashes. */
function clientOf({ headers, query }: ApiRequest, caller: Caller | undefined): string {
  if (caller !== undefined) return `caller ${caller.application ?? ''} ${caller.subject}`;
  const key = headers.get('x-functions-key') ?? query.get('code');
  return key === null ? 'anybody' : `key ${createHash('sha256').update(key).digest('hex')}`;
}

function withoutKeys(query: URLSearchParams): URLSearchParams {
  const rest = new URLSearchParams(query);
  for (const name of KEY_PARAMETERS) rest.delete(name);
  return rest;
}

function whoIs(caller: Caller | undefined): Readonly<Record<string, string>> {
  if (caller === undefined) return {};
  const { subject, application } = caller;
  return { subject, ...(application === undefined ? {} : { application }) };
}
