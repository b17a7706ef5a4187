import { type IncomingMessage, request } from 'node:http';
import { findScheme } from '../../../src/webhooks/schemes.ts';
import { signWebhook } from '../../../src/webhooks/sign.ts';

/** 24 bytes in Base64, so that it is a secret of every scheme. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const OLD_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** A header that is sent several times has a list of values. */
export type SentHeaders = Readonly<Record<string, string | readonly string[]>>;

export interface WebhookRequest {
  /** Below `/api/webhooks/`. */
  readonly path: string;
  readonly method?: string;
  readonly headers?: SentHeaders;
  readonly body?: string | Uint8Array;
  /** Sends the body without saying how long it is. */
  readonly chunked?: boolean;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** JSON, or null without content. */
  readonly body: { readonly [member: string]: unknown } | null;
}

interface Signing {
  readonly scheme?: string;
  readonly secret?: string;
  readonly id?: string;
  /** Unix seconds. */
  readonly at?: number;
}

/** The headers of a JSON body that the sender has signed. */
export function signed(
  body: string | Uint8Array,
  { scheme = 'standard_webhooks', secret = SECRET, id, at }: Signing = {},
): SentHeaders {
  const settings = { header: 'x-signature', prefix: 'sha256=', encoding: 'base64' } as const;
  const found = findScheme(scheme, settings);
  if (found === undefined) throw new Error(`There is no scheme ${scheme}.`);
  const webhook = { body: Buffer.from(body), deliveryId: id ?? `msg_${crypto.randomUUID()}` };
  const headers = signWebhook(found, webhook, [secret], at === undefined ? Date.now() : at * 1_000);
  return { 'content-type': 'application/json', ...headers };
}

/** Sends a request as it is, header by header. */
export function send(
  origin: string,
  { path, method = 'POST', headers = {}, body = '', chunked = false }: WebhookRequest,
): Promise<WebhookAnswer> {
  const bytes = Buffer.from(body);
  const length = chunked || method !== 'POST' ? {} : { 'content-length': String(bytes.byteLength) };
  const sent = Object.fromEntries(Object.entries({ ...length, ...headers }).map(([name, value]) => [name, [value].flat()]));
  return new Promise((resolve, reject) => {
    const outgoing = request(`${origin}/api/webhooks/${path}`, { method, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text === '' ? null : JSON.parse(text) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}
