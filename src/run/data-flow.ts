import { ExpressionError } from '../expression/errors.ts';
import { evaluate } from '../expression/expression.ts';
import { readPath } from '../expression/path.ts';
import type { Lookup } from '../expression/scope.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { type MappingText, parseMappingText } from '../pipeline/mapping-source.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import { MappingError } from './mapping-error.ts';

/** What a run knows when a node's turn comes. */
export interface Facts {
  /** The run's input. */
  readonly input: JsonValue;
  /** By node; skip markers (`_skipped`) and handled failures (`_error`) included. */
  readonly results: ReadonlyMap<string, JsonValue>;
  /** Unix milliseconds, from the durable context. */
  readonly now: number;
  readonly runId: string;
  readonly pipeline: string;
  /** Names outside an inner graph. */
  readonly outer?: Lookup;
}

/**
 * The input a node is given: its mapping, or what its dependencies gave (one: that result itself; several: by name; none: the
 * run's input). Fields of the run's input fill what is absent or null, unless the mapping is strict.
 *
 * @throws MappingError if a mapped source does not exist, or one marked as required is null
 */
export function prepareInput(node: PlanNode, facts: Facts): JsonValue {
  const base = baseInput(node, facts);
  if (node.inputMapping === undefined) return withAmbient(unpacked(node, narrowed(node, base)), runInput(facts));

  const mapped = mapFields(node, node.inputMapping, base, facts);
  if (node.strictMapping) return mapped;
  return withAmbient({ ...Object.fromEntries(facts.results), input: runInput(facts), ...mapped }, runInput(facts));
}

/** What the node's dependencies gave, or the run's input if it has none. */
function baseInput(node: PlanNode, facts: Facts): JsonValue {
  const [first, ...others] = node.dependencies;
  if (first === undefined) return runInput(facts);
  if (others.length === 0) return facts.results.get(first) ?? null;
  return Object.fromEntries(node.dependencies.map((name) => [name, facts.results.get(name) ?? null]));
}

/** A run without input has an empty one. */
function runInput(facts: Facts): JsonValue {
  return facts.input ?? {};
}

/** With declared input fields and one dependency, only those fields are taken, or all of them if none is there. */
function narrowed(node: PlanNode, base: JsonValue): JsonValue {
  const schema = node.spec['input_schema'];
  const fields = isJsonObject(schema) ? schema['properties'] : undefined;
  if (node.dependencies.length !== 1 || !isJsonObject(fields) || !isJsonObject(base)) return base;
  const matching = Object.entries(base).filter(([key]) => Object.hasOwn(fields, key));
  return matching.length === 0 ? base : Object.fromEntries(matching);
}

/** For a step with declared parameters: each from the top level, or from the only dependency whose result has it. */
function unpacked(node: PlanNode, base: JsonValue): JsonValue {
  const params = node.spec['params'];
  if (!Array.isArray(params) || !isJsonObject(base)) return base;
  const picked: Record<string, JsonValue> = {};
  for (const param of params) {
    const value = typeof param === 'string' ? findParameter(param, base) : undefined;
    if (typeof param === 'string' && value !== undefined) picked[param] = value;
  }
  return picked;
}

function findParameter(param: string, base: JsonObject): JsonValue | undefined {
  if (Object.hasOwn(base, param)) return base[param];
  const sources = Object.values(base).filter((value) => isJsonObject(value) && Object.hasOwn(value, param));
  const [only] = sources;
  return sources.length === 1 && isJsonObject(only) ? only[param] : undefined;
}

/** Fields of the run's input where the prepared value has none, or null. */
function withAmbient(prepared: JsonValue, input: JsonValue): JsonValue {
  if (!isJsonObject(prepared) || !isJsonObject(input)) return prepared;
  const isOpen = (key: string) => !Object.hasOwn(prepared, key) || prepared[key] === null;
  const ambient = Object.entries(input).filter(([key, value]) => value !== null && isOpen(key));
  return { ...prepared, ...Object.fromEntries(ambient) };
}

function mapFields(
  node: PlanNode,
  mapping: Readonly<Record<string, JsonValue>>,
  base: JsonValue,
  facts: Facts,
): Record<string, JsonValue> {
  const lookup = mappingLookup(node, base, facts);
  return Object.fromEntries(
    Object.entries(mapping).map(([field, value]) => [field, mapValue(value, { node: node.name, field, lookup, now: facts.now })]),
  );
}

interface MappingPlace {
  readonly node: string;
  readonly field: string;
  readonly lookup: Lookup;
  readonly now: number;
}

function mapValue(value: JsonValue, place: MappingPlace): JsonValue {
  if (typeof value === 'string') return mapText(parseMappingText(value), value, place);
  if (Array.isArray(value)) return value.map((item) => mapValue(item, place));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapValue(item, place)]));
}

function mapText({ source, required, fallback }: MappingText, text: string, place: MappingPlace): JsonValue {
  const value = readSource(source, place) ?? fallback ?? null;
  if (value === null && required) {
    throw new MappingError('mapping_required', `Node '${place.node}' requires '${place.field}', but '${text}' is null.`);
  }
  return value;
}

function readSource(source: MappingText['source'], place: MappingPlace): JsonValue {
  if (source.kind === 'literal') return source.value;
  if (source.kind === 'path') {
    const root = place.lookup(source.path.root);
    if (root !== undefined) return readPath(root, source.path.segments) ?? null;
    const message = `Input mapping of node '${place.node}': '${source.path.root}', the source of '${place.field}', does not exist.`;
    throw new MappingError('mapping_source_unknown', `${message} Name a node, a field of the node's input, or $input.<field>.`);
  }
  try {
    return evaluate(source.expression, place.lookup, { now: place.now });
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

/** Names in mappings: the base input's fields first, then nodes, then the run's input. */
function mappingLookup(node: PlanNode, base: JsonValue, facts: Facts): Lookup {
  return layered(node, facts, [base], [runInput(facts)]);
}

/**
 * Names in expressions, templates and conditions: the node's prepared input first, then nodes, then the run's input. `$input` and
 * `input` are the run's input, `ctx` and `$ctx` tell about the run, `_input` is a prepared input that is no mapping.
 */
export function evaluationScope(node: PlanNode, input: JsonValue, facts: Facts): Lookup {
  return layered(node, facts, [input], []);
}

function layered(node: PlanNode, facts: Facts, above: readonly JsonValue[], below: readonly JsonValue[]): Lookup {
  return (name) => {
    if (name === '$input') return runInput(facts);
    if (name === '$ctx') return runContext(node, facts);
    const field = fieldIn(above, name);
    if (field !== undefined) return field;
    if (facts.results.has(name)) return facts.results.get(name);
    if (name === 'input') return runInput(facts);
    if (name === 'ctx') return runContext(node, facts);
    if (name === '_input') return above.find((layer) => !isJsonObject(layer));
    return fieldIn(below, name) ?? facts.outer?.(name);
  };
}

function fieldIn(layers: readonly JsonValue[], name: string): JsonValue | undefined {
  for (const layer of layers) if (isJsonObject(layer) && Object.hasOwn(layer, name)) return layer[name];
  return undefined;
}

function runContext(node: PlanNode, facts: Facts): JsonObject {
  return { run_id: facts.runId, pipeline_name: facts.pipeline, node_name: node.name, services: {} };
}
