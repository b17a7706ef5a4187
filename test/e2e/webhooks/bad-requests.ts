import { gzipSync } from 'node:zlib';
import { SECRET, type SentHeaders, signed, type WebhookRequest } from './requests.ts';

export interface BadRequest {
  readonly id: string;
  readonly what: string;
  /** Made when it is sent, since signatures are of the present. */
  readonly request: () => WebhookRequest;
  readonly status: number;
  readonly code: string;
  /** What the answer says: the place, and what to do. */
  readonly words: readonly string[];
  /** Headers of the answer. */
  readonly answered?: Readonly<Record<string, string>>;
}

const BODY = '{"note":"bad"}';
const LIMIT = 256 * 1024;

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

/** A body that the sender has signed, with headers that change what is signed or said about it. */
function signedRequest(
  body: string | Uint8Array = BODY,
  changed: SentHeaders = {},
  without: readonly string[] = [],
): WebhookRequest {
  const headers = Object.entries({ ...signed(body), ...changed }).filter(([name]) => !without.includes(name));
  return { path: 'standard', headers: Object.fromEntries(headers), body };
}

function cloudEvent(headers: SentHeaders, body = BODY): WebhookRequest {
  return { path: 'cloud', headers: { 'content-type': 'application/json', ...headers }, body };
}

const ATTRIBUTES: SentHeaders = { 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': '/shop', 'ce-type': 'order.paid' };

function binary(changed: SentHeaders, without?: string): WebhookRequest {
  return cloudEvent(Object.fromEntries(Object.entries({ ...ATTRIBUTES, ...changed }).filter(([name]) => name !== without)));
}

function structured(changed: object): WebhookRequest {
  const event = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.paid', data: { note: 'bad' }, ...changed };
  return cloudEvent({ 'content-type': 'application/cloudevents+json' }, JSON.stringify(event));
}

function batchItem(changed: object): object {
  return { specversion: '1.0', id: 'b-1', source: '/shop', type: 'order.paid', data: {}, ...changed };
}

function gridValidation(body: unknown): WebhookRequest {
  const headers = { 'content-type': 'application/json', 'aeg-event-type': 'SubscriptionValidation' };
  return { path: 'grid', headers, body: JSON.stringify(body) };
}

/** 1 MB that unpacks to 1 GB: the same hundred megabytes ten times over. */
function bomb(): Buffer {
  const part = gzipSync(Buffer.alloc(100_000_000));
  return Buffer.concat(Array.from({ length: 10 }, () => part));
}

/** The requests that must be refused, by the numbers of the catalogue of bad input. */
export const BAD_REQUESTS: readonly BadRequest[] = [
  {
    id: 'WH1',
    what: 'no signature headers',
    request: () => ({ path: 'standard', headers: { 'content-type': 'application/json' }, body: BODY }),
    status: 401,
    code: 'signature_missing',
    words: ['webhook-signature'],
  },
  {
    id: 'WH2',
    what: 'a signature that is none',
    request: () => signedRequest(BODY, { 'webhook-signature': 'v1,AAAA' }),
    status: 401,
    code: 'signature_mismatch',
    words: ['The signature does not fit'],
  },
  {
    id: 'WH3',
    what: 'the right signature, and a line break more',
    request: () => ({ ...signedRequest(), body: `${BODY}\n` }),
    status: 401,
    code: 'signature_mismatch',
    words: ['raw body'],
  },
  {
    id: 'WH4',
    what: 'a timestamp of 301 seconds ago',
    request: () => signedRequest(BODY, signed(BODY, { at: nowSeconds() - 301 })),
    status: 401,
    code: 'timestamp_stale',
    words: ['301 s old'],
  },
  {
    id: 'WH5',
    what: 'a timestamp 301 seconds ahead',
    request: () => signedRequest(BODY, signed(BODY, { at: nowSeconds() + 302 })),
    status: 401,
    code: 'timestamp_future',
    words: ['s ahead', '300 s'],
  },
  {
    id: 'WH6',
    what: 'a timestamp with letters behind it',
    request: () => signedRequest(BODY, { 'webhook-timestamp': '1767225600abc' }),
    status: 401,
    code: 'timestamp_malformed',
    words: ['webhook-timestamp', 'Unix seconds'],
  },
  {
    id: 'WH7',
    what: 'a timestamp in milliseconds',
    request: () => signedRequest(BODY, { 'webhook-timestamp': '1767225600000' }),
    status: 401,
    code: 'timestamp_future',
    words: ['send seconds'],
  },
  {
    id: 'WH8',
    what: 'a signature of another version only',
    request: () => signedRequest(BODY, { 'webhook-signature': `v2,${'A'.repeat(43)}=` }),
    status: 401,
    code: 'no_supported_signature',
    words: ['webhook-signature', 'v1'],
  },
  {
    id: 'WH9',
    what: "GitHub's older signature only",
    request: () => ({
      path: 'github',
      headers: { 'content-type': 'application/json', 'x-hub-signature': `sha1=${'a'.repeat(40)}` },
      body: BODY,
    }),
    status: 401,
    code: 'signature_missing',
    words: ['x-hub-signature-256'],
  },
  {
    id: 'WH10',
    what: 'a signature that lacks a digit',
    request: () => ({
      path: 'github',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${'a'.repeat(63)}` },
      body: BODY,
    }),
    status: 401,
    code: 'signature_mismatch',
    words: ['The signature does not fit'],
  },
  {
    id: 'WH11',
    what: "Stripe's test signature only",
    request: () => ({
      path: 'stripe',
      headers: { 'content-type': 'application/json', 'stripe-signature': `t=${nowSeconds()},v0=${'a'.repeat(64)}` },
      body: BODY,
    }),
    status: 401,
    code: 'no_supported_signature',
    words: ['stripe-signature', 'v1'],
  },
  {
    id: 'WH12',
    what: 'a signature header that is prose',
    request: () => ({
      path: 'stripe',
      headers: { 'content-type': 'application/json', 'stripe-signature': "I'm not even a real signature header" },
      body: BODY,
    }),
    status: 401,
    code: 'signature_malformed',
    words: ['stripe-signature', 'send t=<Unix seconds>,v1='],
  },
  {
    id: 'WH13',
    what: "Slack's sample of 2018",
    request: () => ({
      path: 'slack',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': '1531420618',
        'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      },
      body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow',
    }),
    status: 401,
    code: 'timestamp_stale',
    words: ['The timestamp is', 's old', '300 s'],
  },
  {
    id: 'WH16',
    what: 'an Idempotency-Key of 256 characters',
    request: () => signedRequest(BODY, { 'idempotency-key': 'k'.repeat(256) }),
    status: 400,
    code: 'idempotency_key_too_long',
    words: ['Idempotency-Key', '256', '255'],
  },
  {
    id: 'WH17',
    what: 'an empty Idempotency-Key',
    request: () => signedRequest(BODY, { 'idempotency-key': '' }),
    status: 400,
    code: 'idempotency_key_missing',
    words: ['Idempotency-Key', 'not empty'],
  },
  {
    id: 'WH18',
    what: 'GET',
    request: () => ({ path: 'standard', method: 'GET' }),
    status: 405,
    code: 'method_not_allowed',
    words: ['POST'],
    answered: { allow: 'POST, OPTIONS' },
  },
  {
    id: 'WH19',
    what: 'a path that nobody has',
    request: () => ({ ...signedRequest(), path: 'nope' }),
    status: 404,
    code: 'route_unknown',
    words: ['The API has no such path.'],
  },
  {
    id: 'WH20',
    what: 'XML',
    request: () => signedRequest(BODY, { 'content-type': 'text/xml' }),
    status: 415,
    code: 'media_type_unsupported',
    words: ['application/json', 'application/cloudevents+json'],
  },
  {
    id: 'WH21',
    what: 'no content type',
    request: () => signedRequest(BODY, {}, ['content-type']),
    status: 415,
    code: 'media_type_missing',
    words: ['Content-Type', 'send application/json'],
  },
  {
    id: 'WH22',
    what: 'UTF-16',
    request: () => signedRequest(BODY, { 'content-type': 'application/json; charset=utf-16' }),
    status: 415,
    code: 'charset_unsupported',
    words: ["'utf-16'", 'send JSON as UTF-8'],
  },
  {
    id: 'WH23',
    what: 'a compressed body',
    request: () => signedRequest(gzipSync(BODY), { 'content-encoding': 'gzip' }),
    status: 415,
    code: 'encoding_unsupported',
    words: ['Content-Encoding'],
  },
  {
    id: 'WH23',
    what: 'a compressed body of a megabyte that unpacks to a gigabyte',
    request: () => signedRequest(bomb(), { 'content-encoding': 'gzip' }),
    status: 413,
    code: 'body_too_large',
    words: ['262144'],
  },
  {
    id: 'WH24',
    what: 'a byte more than the limit, in chunks',
    request: () => ({ ...signedRequest(Buffer.alloc(LIMIT + 1, ' ')), chunked: true }),
    status: 413,
    code: 'body_too_large',
    words: ['262144'],
    answered: { connection: 'close' },
  },
  {
    id: 'WH26',
    what: 'an empty body, rightly signed',
    request: () => signedRequest(''),
    status: 400,
    code: 'body_empty',
    words: ['send a JSON value'],
  },
  {
    id: 'WH27',
    what: 'a body that ends too early',
    request: () => signedRequest('{"a":'),
    status: 400,
    code: 'body_not_json',
    words: ['offset 5'],
  },
  {
    id: 'WH28',
    what: 'a CloudEvent without source',
    request: () => binary({}, 'ce-source'),
    status: 400,
    code: 'attribute_missing',
    words: ['attribute source'],
  },
  {
    id: 'WH29',
    what: 'a CloudEvent of another version',
    request: () => binary({ 'ce-specversion': '0.9' }),
    status: 400,
    code: 'specversion_unsupported',
    words: ['specversion', '1.0'],
  },
  {
    id: 'WH30',
    what: 'an attribute that is no UTF-8',
    request: () => binary({ 'ce-subject': '%C0%A0' }),
    status: 400,
    code: 'attribute_encoding',
    words: ['ce-subject'],
  },
  {
    id: 'WH31',
    what: 'a CloudEvent with an empty id',
    request: () => binary({ 'ce-id': '' }),
    status: 400,
    code: 'attribute_empty',
    words: ['attribute id'],
  },
  {
    id: 'WH32',
    what: 'a CloudEvent of yesterday',
    request: () => structured({ time: 'yesterday' }),
    status: 400,
    code: 'attribute_type',
    words: ['attribute time', 'RFC 3339'],
  },
  {
    id: 'WH33',
    what: 'a CloudEvent with its data twice',
    request: () => structured({ data_base64: 'e30=' }),
    status: 400,
    code: 'data_conflict',
    words: ['data or data_base64'],
  },
  {
    id: 'WH34',
    what: 'a CloudEvent in Avro',
    request: () => ({ ...structured({}), headers: { 'content-type': 'application/cloudevents+avro' } }),
    status: 415,
    code: 'media_type_unsupported',
    words: ["'application/cloudevents+avro'", 'application/cloudevents-batch+json'],
  },
  {
    id: 'WH35',
    what: 'a batch whose second item is broken',
    request: () => ({
      path: 'cloud',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify([batchItem({ id: 'b-1' }), batchItem({ source: '' }), batchItem({ id: 'b-3' })]),
    }),
    status: 400,
    code: 'batch_item_invalid',
    words: ['Item 1', 'source'],
  },
  {
    id: 'WH36',
    what: 'a content type in an attribute',
    request: () => binary({ 'ce-datacontenttype': 'text/xml' }),
    status: 400,
    code: 'header_forbidden',
    words: ['ce-datacontenttype', 'Content-Type'],
  },
  {
    id: 'WH39',
    what: 'a validation by Event Grid without its code',
    request: () => gridValidation([{ id: '1', eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: {} }]),
    status: 400,
    code: 'validation_code_missing',
    words: ['data.validationCode'],
  },
  {
    id: 'WH40',
    what: 'an order that is announced as a validation',
    request: () => gridValidation({ orderId: 'A1' }),
    status: 400,
    code: 'validation_event_invalid',
    words: ['aeg-event-type', 'Microsoft.EventGrid.SubscriptionValidationEvent'],
  },
  {
    id: 'WH43',
    what: '64 KB of headers',
    request: () => signedRequest(BODY, { 'x-filling': 'x'.repeat(64 * 1024) }),
    status: 431,
    code: 'header_too_large',
    words: ['headers', '32768'],
  },
  {
    id: 'WH44',
    what: 'two signature headers',
    request: () => {
      const request = signedRequest();
      const signature = String(request.headers?.['webhook-signature']);
      return { ...request, headers: { ...request.headers, 'webhook-signature': [signature, signature] } };
    },
    status: 400,
    code: 'header_repeated',
    words: ['webhook-signature', 'send it once'],
  },
  {
    id: 'a body that is not UTF-8',
    what: 'and rightly signed, byte for byte',
    request: () => signedRequest(Buffer.from('7b2261223a22ff227d', 'hex')),
    status: 400,
    code: 'body_encoding',
    words: ['Byte 6'],
  },
  {
    id: 'a secret that nobody set',
    what: 'verifies nothing, and asks to come again',
    request: () => ({ path: 'unset', headers: signed(BODY, { scheme: 'github', secret: SECRET }), body: BODY }),
    status: 503,
    code: 'webhook_not_configured',
    words: ['send the same request again later'],
    answered: { 'retry-after': '60' },
  },
  {
    id: 'a token',
    what: 'verifies nothing where the app trusts no directory',
    request: () => ({
      path: 'tokens',
      headers: { 'content-type': 'application/json', authorization: 'Bearer a.b.c' },
      body: BODY,
    }),
    status: 503,
    code: 'webhook_not_configured',
    words: ['send the same request again later'],
    answered: { 'retry-after': '60' },
  },
  {
    id: 'an open webhook',
    what: 'without anything that marks a repetition',
    request: () => ({ path: 'open', headers: { 'content-type': 'application/json' }, body: BODY }),
    status: 400,
    code: 'idempotency_key_missing',
    words: ['Idempotency-Key'],
  },
];
