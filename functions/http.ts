import { app } from '@azure/functions';
import type { HexdagApp } from '../src/app.ts';
import { respond, toResponse } from './api-request.ts';
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
    handler: (request, context) => respond(request, (read) => work.startRun(read, clientOf(context), context)),
  });
  app.http('listRuns', {
    route: 'runs',
    methods: ['GET'],
    authLevel: 'function',
    handler: (request, context) => respond(request, (read) => work.listRuns(read, context)),
  });
  app.http('getRun', {
    route: 'runs/{id}',
    methods: ['GET'],
    authLevel: 'function',
    handler: (request, context) => respond(request, (read) => work.getRun(read, context)),
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
      handler: (request, context) => respond(request, (read) => work.controlRun(action, read, clientOf(context), context)),
    });
  }
}
