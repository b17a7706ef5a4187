import type { Delivery } from '../../../src/triggers/webhook/delivery.ts';
import type { WebhookSource } from '../../../src/triggers/webhook/source.ts';
import { findScheme } from '../../../src/webhooks/schemes.ts';

export const RECEIVED_AT = '2026-01-01T00:00:00.000Z';

/** A source whose senders sign by a scheme; `none` is an open one. */
export function createSource(scheme: string, overrides: Partial<WebhookSource> = {}): WebhookSource {
  const found = scheme === 'none' ? undefined : findScheme(scheme, { header: 'x-signature' });
  return {
    type: 'webhook',
    path: 'partner',
    verification:
      found === undefined
        ? { kind: 'none' }
        : { kind: 'signature', scheme: found, secretNames: ['PARTNER_SECRET'], toleranceSeconds: 300 },
    format: 'plain',
    allowedOrigins: [],
    requestsPerMinute: 1_000,
    ...overrides,
  };
}

export function createDelivery(
  body: string | object,
  headers: Readonly<Record<string, string>> = {},
  signedId?: string,
): Delivery {
  return {
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    receivedAt: RECEIVED_AT,
    ...(signedId === undefined ? {} : { signedId }),
  };
}
