import type { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../json.ts';
import type { Route } from '../route.ts';
import { headersOf } from './headers.ts';
import { refusalsOf } from './refusals.ts';
import { requestSchemaOf, schemaOf } from './schemas.ts';
import { securityOf } from './security.ts';

/** The path of a route in the document. */
export function pathOf({ path }: Route): string {
  return `/${path.replaceAll('{*', '{')}`;
}

export function operationOf(route: Route): JsonObject {
  const parameters = [
    ...parametersIn('path', route.params),
    ...parametersIn('query', route.query),
    ...parametersIn('header', route.headers),
  ];
  return {
    operationId: route.operation,
    tags: [tagOf(route)],
    summary: route.summary,
    security: securityOf(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.body) }),
    responses: responsesOf(route),
  };
}

/** What operations are grouped by: the first word of their path. */
export const TAGS = [
  { name: 'runs', description: 'Runs, whatever their pipeline.' },
  { name: 'pipelines', description: 'The pipelines of this app, and what they take.' },
  { name: 'triggers', description: 'What starts runs by itself.' },
  { name: 'app', description: 'The app itself.' },
] as const;

function tagOf({ path }: Route): string {
  const [first] = path.split('/');
  return TAGS.find(({ name }) => name === first)?.name ?? 'app';
}

function parametersIn(place: 'path' | 'query' | 'header', schema: z.ZodObject | undefined): readonly JsonObject[] {
  if (schema === undefined) return [];
  return Object.entries(schema.shape).map(([name, member]) => {
    const { description, ...rest } = schemaOf(member);
    return {
      name,
      in: place,
      ...(place === 'path' ? { required: true } : {}),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function requestBody({ schema, mediaTypes, required }: NonNullable<Route['body']>): JsonObject {
  const content = Object.fromEntries(mediaTypes.map((type) => [type, { schema: requestSchemaOf(schema) }]));
  return { required, content };
}

function responsesOf(route: Route): JsonObject {
  const answers = Object.entries(route.answers).map(([status, answer]) => {
    const { description, headers = [] } = answer;
    return [status, { description, ...headersOf(headers), ...contentOf(answer) }];
  });
  return { ...Object.fromEntries(answers), ...refusalsOf(route) };
}

function contentOf({ schema, orBytes = false }: Route['answers'][number]): JsonObject {
  const json =
    schema === undefined
      ? {}
      : { 'application/json': { schema: orBytes ? { anyOf: [schemaOf(schema), {}] } : schemaOf(schema) } };
  const content = { ...json, ...(orBytes ? { '*/*': { schema: {} } } : {}) };
  return Object.keys(content).length === 0 ? {} : { content };
}

/** The same operation for what only one pipeline takes. */
export function withBody(operation: JsonObject, schema: JsonObject): JsonObject {
  const body = operation['requestBody'];
  const content = isJsonObject(body) && isJsonObject(body['content']) ? body['content'] : {};
  return { ...operation, requestBody: { required: true, content: { ...content, 'application/json': { schema } } } };
}
