import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import type { ApiRequest, ApiResponse } from '../src/api/api-message.ts';
import type { HexdagApp } from '../src/app.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** The routes under `/api`. Health is open; the others ask for a function key wherever keys are enforced. */
export function registerHttp({ getHealth, work }: HexdagApp): void {
  app.http('health', { route: 'health', methods: ['GET'], authLevel: 'anonymous', handler: async () => toResponse(getHealth()) });
  if (work === undefined) return;
  app.http('startRun', {
    route: 'pipelines/{name}/runs',
    methods: ['POST'],
    authLevel: 'function',
    extraInputs: [durableClient],
    handler: async (request, context) => toResponse(await work.startRun(await fromRequest(request), clientOf(context), context)),
  });
  app.http('listRuns', {
    route: 'runs',
    methods: ['GET'],
    authLevel: 'function',
    handler: async (request, context) => toResponse(await work.listRuns(await fromRequest(request), context)),
  });
  app.http('getRun', {
    route: 'runs/{id}',
    methods: ['GET'],
    authLevel: 'function',
    handler: async (request, context) => toResponse(await work.getRun(await fromRequest(request), context)),
  });
  const controls = {
    deliverEvent: 'runs/{id}/events/{key}',
    cancel: 'runs/{id}/cancel',
    suspend: 'runs/{id}/suspend',
    resume: 'runs/{id}/resume',
  };
  for (const action of ['deliverEvent', 'cancel', 'suspend', 'resume'] as const) {
    app.http(`${action}Run`, {
      route: controls[action],
      methods: ['POST'],
      authLevel: 'function',
      extraInputs: [durableClient],
      handler: async (request, context) =>
        toResponse(await work.controlRun(action, await fromRequest(request), clientOf(context), context)),
    });
  }
}

async function fromRequest(request: HttpRequest): Promise<ApiRequest> {
  const body = new Uint8Array(await request.arrayBuffer());
  return { params: request.params, query: request.query, headers: request.headers, body };
}

function toResponse({ status, headers, body }: ApiResponse): HttpResponseInit {
  return { status, headers: { ...headers }, body: JSON.stringify(body) };
}
