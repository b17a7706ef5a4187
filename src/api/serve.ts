import type { Caller } from '../ports/token-verifier.ts';
import { type Access, admit } from './access.ts';
import { answer } from './answer.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { OPERATIONS, type OperationDependencies, type WorkingOperation } from './operations.ts';
import { refuseQuery } from './query.ts';
import type { Route } from './routes.ts';

export interface ServeDependencies extends OperationDependencies {
  readonly access: Access;
}

/** A route whose operation does something. */
export type WorkingRoute = Route & { readonly operation: WorkingOperation };

export function isWorking(route: Route): route is WorkingRoute {
  return route.operation !== 'health';
}

/** What keys may be sent in, where the host looks for them in the query. */
const KEY_PARAMETERS = ['code', 'clientId'];

/** Serves a request: who asks, what is asked, and then the operation. What changes something is logged with who asked for it. */
export function serve(route: WorkingRoute, request: ApiRequest, dependencies: ServeDependencies): Promise<ApiResponse> {
  const { access, log } = dependencies;
  return answer(route.operation, log, async () => {
    const admission = await admit(route.role, request, access);
    if (admission.kind === 'refused') return admission.response;
    const query = access.kind === 'keys' ? withoutKeys(request.query) : request.query;
    const refused = refuseQuery(query, Object.keys(route.query?.shape ?? {}));
    if (refused !== undefined) return refused;
    const response = await OPERATIONS[route.operation]({ ...request, query }, dependencies);
    if (route.method !== 'GET' && response.status < 400) {
      log('info', 'a request is carried out', { operation: route.operation, ...request.params, ...whoIs(admission.caller) });
    }
    return response;
  });
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
