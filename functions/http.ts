import { app } from '@azure/functions';
import { methodsOf } from '../src/api/route.ts';
import { ROUTES, UNKNOWN_ROUTE } from '../src/api/routes.ts';
import { isWorking } from '../src/api/serve.ts';
import { answerUnknownRoute } from '../src/api/unknown-route.ts';
import type { HexdagApp } from '../src/app.ts';
import { EVERY_METHOD, respond } from './api-request.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** The routes under `/api`, and one that takes whatever they do not. Where function keys are the way in, the host checks them. */
export function registerHttp({ getHealth, work, settingsError }: HexdagApp): void {
  for (const route of ROUTES) {
    if (!isWorking(route)) {
      app.http(route.operation, {
        route: route.path,
        methods: methodsOf(route),
        authLevel: 'anonymous',
        handler: (request) => respond(request, async () => getHealth()),
      });
    } else if (work !== undefined) {
      app.http(route.operation, {
        route: route.path,
        methods: methodsOf(route),
        authLevel: route.role !== 'anyone' && work.checksKeys ? 'function' : 'anonymous',
        extraInputs: [durableClient],
        handler: (request, context) =>
          respond(request, (read) => work.serve(route, read, clientOf(context), context), work.maxBodyBytes),
      });
    }
  }
  app.http(UNKNOWN_ROUTE.operation, {
    route: UNKNOWN_ROUTE.path,
    methods: EVERY_METHOD,
    authLevel: 'anonymous',
    handler: (request) =>
      respond(request, async ({ params }) => answerUnknownRoute(params['path'] ?? '', request.method, settingsError?.problems)),
  });
}
