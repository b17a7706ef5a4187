import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { COERCE, SANITIZE } from '../../schema/keywords.ts';
import { ROUTES } from '../routes.ts';
import { operationOf, withBody } from './operation.ts';

/** What the document tells of a pipeline. */
export interface DocumentedPipeline {
  readonly name: string;
  readonly plan: { readonly inputSchema?: JsonObject; readonly outputSchema?: JsonObject };
}

/** The route by which a pipeline is started, for this one alone: so whoever generates code gets a function for it, with its types. */
export function pipelinePath(pipeline: DocumentedPipeline): readonly [path: string, item: JsonObject] {
  const { name, plan } = pipeline;
  const route = ROUTES.find(({ operation }) => operation === 'startRun');
  if (route === undefined) throw new TypeError('The API starts runs.');
  const { params: _name, ...own } = route;
  const { 404: _unknown, ...refusals } = route.refusals;
  const operation = {
    ...operationOf({ ...own, refusals, summary: `Start a run of ${name}.` }),
    operationId: `startRun-${name}`,
  };
  const path = `/${route.path.replace('{name}', encodeURIComponent(name))}`;
  return [path, { post: plan.inputSchema === undefined ? operation : withBody(operation, referenceTo(name, 'Input')) }];
}

/** What pipelines take and give, by the names of the components. */
export function pipelineSchemas(pipelines: readonly DocumentedPipeline[]): JsonObject {
  return Object.fromEntries(
    pipelines.flatMap(({ name, plan: { inputSchema, outputSchema } }) => [
      ...(inputSchema === undefined ? [] : [component(name, 'Input', inputSchema)]),
      ...(outputSchema === undefined ? [] : [component(name, 'Output', outputSchema)]),
    ]),
  );
}

type Side = 'Input' | 'Output';

function componentName(pipeline: string, side: Side): string {
  return `${pipeline.replace(/[^A-Za-z0-9._-]/g, '_')}.${side}`;
}

function referenceTo(pipeline: string, side: Side): JsonObject {
  return { $ref: `#/components/schemas/${componentName(pipeline, side)}` };
}

function component(pipeline: string, side: Side, schema: JsonObject): [string, JsonObject] {
  const name = componentName(pipeline, side);
  const { $schema: _dialect, $id: _id, ...own } = schema;
  return [name, relocate(own, `#/components/schemas/${name}`)];
}

/** Whose members are schemas by names that users choose. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
/** Whose values are data. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'example']);
/** What is for this app alone. */
const PRIVATE: ReadonlySet<string> = new Set([COERCE, SANITIZE]);

/** A schema as part of the document: references from its own root begin where it now is. */
function relocate(schema: JsonObject, root: string): JsonObject {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !PRIVATE.has(keyword))
      .map(([keyword, value]) => [keyword, relocateKeyword(keyword, value, root)]),
  );
}

function relocateKeyword(keyword: string, value: JsonValue, root: string): JsonValue {
  if (DATA.has(keyword)) return value;
  if (keyword === '$ref' && typeof value === 'string') return value.replace(/^#(?=\/|$)/, root);
  if (NAMED.has(keyword) && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, relocateValue(part, root)]));
  }
  return relocateValue(value, root);
}

function relocateValue(value: JsonValue, root: string): JsonValue {
  if (isJsonObject(value)) return relocate(value, root);
  return isJsonArray(value) ? value.map((part) => relocateValue(part, root)) : value;
}
