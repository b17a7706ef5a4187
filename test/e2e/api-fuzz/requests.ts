import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/json.ts';
import type { DocumentedOperation } from '../../api/openapi/read-document.ts';
import { anyJson, fitting } from './schema-values.ts';

type Header = readonly [name: string, value: string];

/** A request as it goes over the wire. */
export interface RawRequest {
  /** The operation it is meant for. */
  readonly operation: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
  /** Whether it may miss the operation: its method or a part of its path leads elsewhere. */
  readonly strays: boolean;
}

export interface FuzzedApi {
  readonly document: JsonObject;
  readonly operations: readonly DocumentedOperation[];
  /** Ids of runs that are there. */
  readonly runIds: readonly string[];
  /** Paths of artifacts that are there. */
  readonly artifacts: readonly string[];
}

/** Requests to every operation, of which some are as they should be, most almost, and the rest meant badly. */
export function requestsTo(api: FuzzedApi): fc.Arbitrary<RawRequest> {
  return fc.oneof(...api.operations.map((operation) => requestsOf(operation, api)));
}

function requestsOf(operation: DocumentedOperation, api: FuzzedApi): fc.Arbitrary<RawRequest> {
  const parts = {
    method: methodsOf(operation),
    path: pathsOf(operation, api),
    query: queriesOf(operation, api),
    headers: headersOf(operation),
    body: bodiesOf(operation, api),
  };
  return fc.record(parts).map(({ method, path, query, headers, body }) => ({
    operation: operation.id,
    method: method.name,
    path: `/api${path.text}${query}`,
    headers: [...headers, ...body.headers],
    body: body.bytes,
    strays: method.strays || path.strays,
  }));
}

function methodsOf({ method }: DocumentedOperation) {
  const own = { name: method.toUpperCase(), strays: false };
  const head = method === 'get' ? [{ arbitrary: fc.constant({ name: 'HEAD', strays: false }), weight: 1 }] : [];
  const other = fc.constantFrom('PUT', 'DELETE', 'PATCH', 'OPTIONS', method === 'get' ? 'POST' : 'GET');
  return fc.oneof(
    { arbitrary: fc.constant(own), weight: 20 },
    { arbitrary: other.map((name) => ({ name, strays: true })), weight: 1 },
    ...head,
  );
}

/** Segments that are not what they seem; some lead to another path. */
const HOSTILE_SEGMENTS = [
  ...['', '.', '..', '%2e%2e', '%2E', '%2F', 'a%2Fb', '..%2f..%2fadmin', '%5C', '%00', '%', '%zz', '%C0%AF', '%ff', '%ED%A0%80'],
  ...['%0d%0aX-Admin:1', '__proto__', 'constructor', 'toString', '{id}', '*', '~', '-', '_', 'a;b=c', 'a%3Fb', 'a%23b', 'a b'],
  ...['%F0%9F%A6%86', 'e%CC%81', '%E2%80%AE', 'x'.repeat(100), 'x'.repeat(101), 'x'.repeat(5_000), `%20${'%25'.repeat(900)}`],
];

/** What there is to be named, by the first word of the path and the parameter. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'pipelines.name': ['order', 'approval'],
  'triggers.name': ['yearly'],
};

function pathsOf(operation: DocumentedOperation, api: FuzzedApi) {
  const any = pathsByTemplate(operation, api);
  if (operation.id !== 'getArtifact') return any;
  return fc.oneof(
    any,
    fc.constantFrom(...api.artifacts).map((text) => ({ text, strays: false })),
  );
}

function pathsByTemplate({ path, parameters }: DocumentedOperation, { document, runIds }: FuzzedApi) {
  const templates = path.split('/').map((segment) => {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name === undefined) return fc.constant({ text: segment, strays: false });
    const schema = parameters.find((parameter) => parameter.in === 'path' && parameter.name === name)?.schema;
    const known = name === 'id' ? runIds : (KNOWN[`${path.split('/')[1]}.${name}`] ?? ['go']);
    return fc.oneof(
      { arbitrary: fc.constantFrom(...known).map((text) => ({ text, strays: false })), weight: 12 },
      { arbitrary: fitting(toJson(schema), document).map((value) => segmentOf(String(value))), weight: 2 },
      { arbitrary: fc.constantFrom(...HOSTILE_SEGMENTS).map((text) => ({ text: escapeBlanks(text), strays: true })), weight: 3 },
    );
  });
  return fc.tuple(...templates).map((segments) => ({
    text: segments.map(({ text }) => text).join('/'),
    strays: segments.some(({ strays }) => strays),
  }));
}

function segmentOf(text: string) {
  return { text: encodeURIComponent(text.toWellFormed()), strays: /^\.{0,2}$|[/\\]/.test(text) };
}

function escapeBlanks(text: string): string {
  return text.replaceAll(' ', '%20');
}

const HOSTILE_VALUES = [
  ...[
    '',
    ' ',
    '-1',
    '0',
    '101',
    '1e9',
    '1.5',
    'NaN',
    '9'.repeat(400),
    '%00',
    '%',
    '%zz',
    '%ff',
    '%F0%9F%A6%86',
    'c.id%20OR%201=1',
  ],
  ...['x'.repeat(2_000), 'true', 'null', '[]', '{}', 'completed,failed', '2026-13-01', '2026-01-01T00:00:00%2B25:00', '../x'],
];
const HOSTILE_NAMES = ['filter', 'limit%5B%5D', '', '__proto__', 'LIMIT', 'code', 'clientId', '%00', '%F0%9F%A6%86', 'limit%20'];

function queriesOf({ parameters }: DocumentedOperation, { document }: FuzzedApi): fc.Arbitrary<string> {
  const documented = parameters.filter((parameter) => parameter.in === 'query');
  const valid = documented.map(({ name, schema }) =>
    fitting(toJson(schema), document).map((value) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`),
  );
  const names = fc.constantFrom(...documented.map(({ name }) => name), ...HOSTILE_NAMES);
  const hostile = fc.tuple(names, fc.constantFrom(...HOSTILE_VALUES)).map(([name, value]) => `${name}=${value}`);
  const pairs = fc.oneof(
    { arbitrary: fc.constant([]), weight: documented.length === 0 ? 12 : 3 },
    ...(valid.length === 0 ? [] : [{ arbitrary: fc.subarray(valid).chain((some) => fc.tuple(...some)), weight: 6 }]),
    { arbitrary: fc.array(fc.oneof(hostile, ...valid), { minLength: 1, maxLength: 5 }), weight: 2 },
  );
  return pairs.map((list) => (list.length === 0 ? '' : `?${list.map(escapeBlanks).join('&')}`));
}

const HOSTILE_HEADERS: readonly Header[] = [
  ['accept', 'text/html'],
  ['authorization', 'Bearer x'],
  ['authorization', 'Basic \u00ff'],
  ['x-functions-key', 'x'],
  ['x-forwarded-for', '203.0.113.7'],
  ['host', 'attacker.example'],
  ['content-encoding', 'gzip'],
  ['content-encoding', ''],
  ['traceparent', '00-zz-zz-01'],
  ['if-none-match', '*'],
  ['range', 'bytes=5-1'],
  ['idempotency-key', ''],
  ['idempotency-key', '""'],
  ['idempotency-key', 'x'.repeat(256)],
  ['idempotency-key', 'x'.repeat(4_000)],
  ['idempotency-key', '\u00e9\u00ff'],
  ['idempotency-key', '../../x?#'],
];

function headersOf({ parameters }: DocumentedOperation): fc.Arbitrary<Header[]> {
  const keys = fc.constantFrom(...Array.from({ length: 200 }, (_, index) => `key-${index}`));
  const takesKey = parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key');
  const own = takesKey ? keys.map((key): Header[] => [['idempotency-key', key]]) : fc.constant<Header[]>([]);
  return fc.oneof(
    { arbitrary: own, weight: 6 },
    { arbitrary: fc.array(fc.constantFrom(...HOSTILE_HEADERS), { maxLength: 3 }), weight: 1 },
  );
}

const HOSTILE_TYPES = [
  ...[
    'text/xml',
    'application/json; charset=utf-16',
    'application/json; charset="',
    'application/x-www-form-urlencoded',
    ';',
    ' ',
  ],
  ...['application/cloudevents-batch+json', 'multipart/form-data; boundary=x', '*/*', 'application/json, text/plain', '\u00ff'],
];
const HOSTILE_BODIES = [
  ...[
    '',
    ' ',
    '{',
    '{"a":1}x',
    '{"a":1,"a":2}',
    '{"__proto__":{}}',
    '{"n":1e400}',
    '{"n":9007199254740993}',
    '"\\ud800"',
    'null',
  ],
  ...[
    '<a/>',
    '[]',
    '""',
    '0',
    '{"reason":1}',
    `{"reason":"${'x'.repeat(501)}"}`,
    '{"isAdmin":true}',
    '-',
    '\ufeff{}',
    '{"\\u0000":1}',
  ],
  ...[`${'['.repeat(100)}${']'.repeat(100)}`, '['.repeat(100_000), `"${'x'.repeat(262_200)}"`, `[${'0,'.repeat(50_000)}0]`],
].map((text) => Buffer.from(text));
const UNREADABLE_BODIES = ['7b2261223aff7d', 'fffe7b007d00', 'c080', 'f09fa6', '00', '1f8b0800'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

function bodiesOf({ method, body }: DocumentedOperation, { document }: FuzzedApi) {
  const schema = body?.content['application/json']?.schema;
  const valid = fitting(toJson(schema), document);
  const event = fc.record({
    specversion: fc.constantFrom('1.0', '0.3', 1),
    id: fc.oneof(fc.string(), fc.constant(null)),
    source: fc.constantFrom('/shop', '', 7),
    type: fc.constantFrom('order.placed', ''),
    data: valid,
  });
  const texts = fc.oneof(
    { arbitrary: valid.map((value) => JSON.stringify(value)), weight: 5 },
    { arbitrary: anyJson.map((value) => JSON.stringify(value)), weight: 2 },
    { arbitrary: event.map((value) => JSON.stringify(value)), weight: 1 },
  );
  const bytes = fc.oneof(
    { arbitrary: texts.map((text) => Buffer.from(text)), weight: 6 },
    {
      arbitrary: fc.tuple(texts, fc.nat(), fc.nat(255)).map(([text, at, byte]) => changed(Buffer.from(text), at, byte)),
      weight: 2,
    },
    { arbitrary: fc.constantFrom(...HOSTILE_BODIES, ...UNREADABLE_BODIES), weight: 2 },
  );
  const types = fc.oneof(
    { arbitrary: fc.constant('application/json'), weight: 10 },
    { arbitrary: fc.constant('application/cloudevents+json'), weight: 2 },
    { arbitrary: fc.constantFrom(undefined, ...HOSTILE_TYPES), weight: 1 },
  );
  const sent = fc.record({ bytes, type: types }).map(({ bytes: content, type }) => withType(content, type));
  const nothing = fc.constant(withType(Buffer.alloc(0), undefined));
  return fc.oneof(
    { arbitrary: sent, weight: body === undefined ? 1 : 9 },
    { arbitrary: nothing, weight: method === 'get' ? 20 : 1 },
  );
}

function withType(bytes: Buffer, type: string | undefined) {
  const headers: readonly Header[] = type === undefined ? [] : [['content-type', type]];
  return { bytes, headers };
}

function changed(bytes: Buffer, at: number, byte: number): Buffer {
  if (bytes.length > 0) bytes[at % bytes.length] = byte;
  return bytes;
}

function toJson(schema: unknown): JsonValue {
  return JSON.parse(JSON.stringify(schema ?? {}));
}
