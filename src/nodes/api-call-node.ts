import { z } from 'zod';
import type { Lookup } from '../expression/scope.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ReportProblem, Surroundings } from '../pipeline/node-definition.ts';
import { toJsonSchema } from '../pipeline/schema-form.ts';
import { reachOf } from '../ports/http-address.ts';
import { type HttpClient, type HttpMethod, isHttpClient } from '../ports/http-client.ts';
import { problemsText } from '../schema/problem.ts';
import { readValue } from '../schema/read-value.ts';
import { namesHost, renderUrl, writtenHost } from './call-url.ts';
import { PermanentError } from './errors.ts';
import { toJsonResult } from './json-result.ts';
import type { EffectNodeKind, NodeContext } from './node-kind.ts';
import { renderLeaves, renderText } from './render-leaves.ts';

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] as const satisfies readonly HttpMethod[];
const DEFAULT_PORT = 'api_call';

/** A token of RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** They say how the message is sent, and so are the sender's. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set(
  'connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(' '),
);

const schema = z.object({
  /** In any case; GET by default. */
  method: z
    .string()
    .regex(new RegExp(`^(?:${METHODS.join('|')})$`, 'i'), `Use one of ${METHODS.join(', ')}.`)
    .optional(),
  /** Absolute, or relative to the port's `base_url`. */
  url: z.string().min(1),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** Query parameters; null leaves one out. */
  params: z.record(z.string(), z.json()).optional(),
  /** Sent as JSON; not with GET and DELETE, which have no body. */
  json_body: z.json().optional(),
  /** Port to call through; `api_call`, a client without a base, by default. */
  port: z.string().min(1).optional(),
  /** What the answer must look like. */
  output_schema: z.record(z.string(), z.json()).optional(),
});

/** Calls another system by HTTP and gives the body of its answer. Texts at any depth may hold templates. */
export const apiCallNode: EffectNodeKind = {
  kind: 'api_call_node',
  aliases: ['core:api_call_node'],
  schema,
  role: 'effect',
  resolve,
  run,
};

function resolve(spec: JsonObject, report: ReportProblem, { types, ports }: Surroundings): JsonObject {
  const { output_schema: output, method, ...rest } = schema.parse(spec);
  const verb = toMethod(method);
  const { url, port = DEFAULT_PORT } = rest;
  checkHost(url, port === DEFAULT_PORT && ports?.has(port) === false, report);
  checkHeaders(Object.keys(rest.headers ?? {}), report);
  if (rest.json_body !== undefined && !hasBody(verb)) {
    const message = `'json_body' is not sent with ${verb}, which has no body.`;
    const remedy = 'Use POST, PUT or PATCH, or put the values into params.';
    report({ severity: 'warning', path: ['json_body'], code: 'body_ignored', message, remedy });
  }
  return z.record(z.string(), z.json()).parse({
    ...rest,
    method: verb,
    ...(output === undefined ? {} : { output_schema: toJsonSchema(output, ['output_schema'], report, types) }),
  });
}

/** Tells what the client would refuse anyway. `isUndeclared`: the call goes through a port that nobody has configured. */
function checkHost(url: string, isUndeclared: boolean, report: ReportProblem): void {
  const host = writtenHost(url);
  const reach = host === undefined ? 'public' : reachOf(host);
  if (reach === 'platform') {
    const message = `'${host}' is an address of the platform that runs pipelines, which is never called.`;
    report({ path: ['url'], code: 'url_not_allowed', message, remedy: 'Call another address.' });
  } else if (reach === 'private' && isUndeclared) {
    const message = `'${host}' is an address of the machine that runs pipelines, or of its network.`;
    const remedy = `Declare the port: spec.ports.${DEFAULT_PORT}: {adapter: http_client, config: {base_url: …}}, or {allow_private: true}.`;
    report({ path: ['url'], code: 'url_not_allowed', message, remedy });
  }
}

function checkHeaders(names: readonly string[], report: ReportProblem): void {
  for (const name of names) {
    const place = { path: ['headers', name], atKey: true };
    if (!HEADER_NAME.test(name)) {
      const message = `${JSON.stringify(name)} cannot name a header.`;
      report({ ...place, code: 'header_name_invalid', message, remedy: 'Use letters, digits and -, as in X-Request-Id.' });
    } else if (RESERVED_HEADERS.has(name.toLowerCase())) {
      const message = `The header '${name}' is set by whoever sends the request.`;
      report({ ...place, code: 'header_reserved', message, remedy: 'Remove it.' });
    }
  }
}

function toMethod(text = 'GET'): HttpMethod {
  return METHODS.find((method) => method === text.toUpperCase()) ?? 'GET';
}

function hasBody(method: HttpMethod): boolean {
  return method !== 'GET' && method !== 'DELETE';
}

async function run(spec: JsonObject, _input: JsonValue, context: NodeContext): Promise<JsonValue> {
  const call = schema.parse(spec);
  const client = clientOf(call.port ?? DEFAULT_PORT, context);
  const method = toMethod(call.method);
  const isSent = call.json_body !== undefined && hasBody(method);
  const query = renderLeaves(call.params ?? {}, context.scope);
  const { body } = await client.send({
    method,
    url: renderUrl(call.url, context.scope, context.node),
    staysAtBase: !namesHost(call.url),
    headers: headersOf(call.headers ?? {}, method, context),
    query: isJsonObject(query) ? query : {},
    ...(isSent ? { body: renderLeaves(call.json_body ?? null, context.scope) } : {}),
    signal: context.signal,
  });
  return readAnswer(spec, toJsonResult(body), context.node);
}

function clientOf(port: string, { node, resources }: NodeContext): HttpClient {
  const client = resources.port(port);
  if (isHttpClient(client)) return client;
  const message = `Node '${node}' calls through the port '${port}', which ${client === undefined ? 'is not declared' : 'is no HTTP client'}.`;
  throw new PermanentError(
    'port_missing',
    `${message} Declare it: ports: {${port}: {adapter: http_client, config: {base_url: …}}}.`,
  );
}

/** What changes something carries the same key on every attempt, so that the other system can tell a repetition. */
function headersOf(
  written: Readonly<Record<string, string | number | boolean>>,
  method: HttpMethod,
  { scope, idempotencyKey }: { readonly scope: Lookup; readonly idempotencyKey: string },
): Record<string, string> {
  const headers = Object.fromEntries(
    Object.entries(written).map(([name, value]) => [name.toLowerCase(), renderText(String(value), scope)]),
  );
  return method === 'GET' ? headers : { 'idempotency-key': idempotencyKey, ...headers };
}

function readAnswer({ output_schema: output }: JsonObject, body: JsonValue, node: string): JsonValue {
  if (!isJsonObject(output)) return body;
  const reading = readValue(output, body);
  if (reading.kind === 'ok') return reading.value;
  const message = `The answer to node '${node}' does not fit its output schema: ${problemsText(reading)}.`;
  throw new PermanentError('output_schema_violation', message);
}
