import { app } from '@azure/functions';
import { readRequestBody } from '../src/api/request-body.ts';
import type { Work } from '../src/app.ts';
import { triggersOf } from '../src/triggers/trigger.ts';
import { EVERY_METHOD, toResponse } from './api-request.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** One function for each trigger document of type `webhook`, named after it. The sender's signature is its key. */
export function registerWebhooks(work: Work): void {
  for (const document of triggersOf(work.triggers, 'webhook')) {
    app.http(document.name, {
      route: `webhooks/${document.source.path}`,
      methods: EVERY_METHOD,
      authLevel: 'anonymous',
      extraInputs: [durableClient],
      handler: async (request, context) => {
        const { method, headers } = request;
        const call = { method, headers, readBody: () => readRequestBody(request.body, work.maxBodyBytes) };
        return toResponse(await work.receiveWebhook(document, call, () => clientOf(context), context), method);
      },
    });
  }
}
