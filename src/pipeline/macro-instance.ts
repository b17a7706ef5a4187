import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Envelope } from './envelope.ts';
import type { GraphContext } from './graph-context.ts';
import { type GraphItem, nodesOf } from './graph-items.ts';
import { type Reference, ReferenceCollector, type TextReport } from './references.ts';

/** What the name of an invocation stands for where nodes are named. */
export interface Instance {
  /** The nodes that depend on no other node of the macro. */
  readonly entries: readonly string[];
  /** The nodes that no other node of the macro depends on. */
  readonly exits: readonly string[];
  /** Whether a node of the macro has the name of the invocation. */
  readonly hasMain: boolean;
}

const SILENT: TextReport = { errorWithin: () => {}, warningWithin: () => {} };
const WORD = /[\p{L}_][\p{L}\p{N}_-]*/gu;

/** The invocations of a graph by name, nested ones included. */
export function instancesOf(items: readonly GraphItem[], context: GraphContext): ReadonlyMap<string, Instance> {
  const instances = new Map<string, Instance>();
  for (const item of items) {
    if (item.type === 'node') continue;
    for (const [name, instance] of instancesOf(item.items, context)) instances.set(name, instance);
    instances.set(item.envelope.name, instanceOf(item.items, item.envelope.name, instances, context));
  }
  return instances;
}

function instanceOf(
  items: readonly GraphItem[],
  name: string,
  instances: ReadonlyMap<string, Instance>,
  context: GraphContext,
): Instance {
  const owners = new Map<string, GraphItem>();
  for (const item of items) {
    if (item.type === 'macro') for (const node of nodesOf(item.items)) owners.set(node.name, item);
    owners.set(item.envelope.name, item);
  }
  const needs = new Map(items.map((item) => [item, siblingsNeeded(item, owners, context)] as const));
  const needed = new Set([...needs.values()].flatMap((siblings) => [...siblings]));
  const handlers = new Set(items.flatMap(({ envelope }) => handlersOf(envelope)));
  const last = items.filter((item) => !needed.has(item));
  const normal = last.filter(({ envelope }) => !handlers.has(envelope.name));
  return {
    entries: items.filter((item) => needs.get(item)?.size === 0).flatMap((item) => entriesOf(item, instances)),
    exits: (normal.length === 0 ? last : normal).flatMap((item) => exitsOf(item.envelope.name, instances)),
    hasMain: items.some((item) => item.type === 'node' && item.envelope.name === name),
  };
}

function entriesOf({ type, envelope }: GraphItem, instances: ReadonlyMap<string, Instance>): readonly string[] {
  return type === 'node' ? [envelope.name] : (instances.get(envelope.name)?.entries ?? []);
}

/** The nodes whose results stand for a node or an invocation. */
export function exitsOf(name: string, instances: ReadonlyMap<string, Instance>): readonly string[] {
  const instance = instances.get(name);
  return instance === undefined || instance.hasMain ? [name] : instance.exits;
}

function siblingsNeeded(item: GraphItem, owners: ReadonlyMap<string, GraphItem>, context: GraphContext): Set<GraphItem> {
  const { envelope } = item;
  const declared = [...(envelope.dependencies ?? []), ...textsIn(envelope.spec['dependencies']), ...envelope.waitFor];
  const read = silentReferences(envelope, context).map(({ name }) => name);
  const inner = wordsInBodies(envelope, context).filter((word) => owners.has(word));
  const inside = item.type === 'macro' ? item.items.flatMap((member) => namesNeededBy(member, context)) : [];
  const siblings = [...declared, ...read, ...inner, ...inside].flatMap((name) => owners.get(name) ?? []);
  return new Set(siblings.filter((sibling) => sibling !== item));
}

function namesNeededBy(item: GraphItem, context: GraphContext): readonly string[] {
  const own = [...silentReferences(item.envelope, context).map(({ name }) => name), ...wordsInBodies(item.envelope, context)];
  return item.type === 'node' ? own : [...own, ...item.items.flatMap((member) => namesNeededBy(member, context))];
}

function handlersOf({ spec }: Envelope): readonly string[] {
  return [spec['on_error'], spec['on_timeout']].filter((handler) => typeof handler === 'string');
}

/** The names that the texts of a node read, inner graphs aside. Paths are relative to the node. What is wrong is told later. */
export function silentReferences({ kind, spec }: Envelope, { kinds }: GraphContext): readonly Reference[] {
  const definition = kinds.get(kind);
  const collector = new ReferenceCollector(SILENT);
  const { when, input_mapping: mapping } = spec;
  if (typeof when === 'string') collector.expression(['when'], when);
  if (isJsonObject(mapping)) collector.mapping(['input_mapping'], mapping);
  const own = ownKeys(spec, Object.keys(definition?.schema.shape ?? {}));
  const sites = definition?.schema.safeParse(own).success === true ? definition.references(own) : [];
  for (const site of sites) collector.site(site, site.path);
  const read = new Set([...sites, ...(definition?.bodies?.(own) ?? [])].map(({ path }) => JSON.stringify(path)));
  for (const [key, value] of Object.entries(spec)) {
    if (key !== 'when' && key !== 'input_mapping') collector.templates([key], value, (path) => read.has(JSON.stringify(path)));
  }
  return collector.references;
}

function wordsInBodies({ kind, spec }: Envelope, { kinds }: GraphContext): readonly string[] {
  const bodies = kinds.get(kind)?.bodies?.(spec) ?? [];
  return bodies.flatMap(({ path }) => textsIn(valueAt(spec, path)).flatMap((text) => text.match(WORD) ?? []));
}

function ownKeys(spec: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => keys.includes(key)));
}

/** Every text in a value, however deep. */
function textsIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isJsonObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

function valueAt(value: JsonValue | undefined, path: readonly (string | number)[]): JsonValue | undefined {
  let current = value;
  for (const segment of path) {
    if (Array.isArray(current) && typeof segment === 'number') current = current[segment];
    else if (isJsonObject(current) && Object.hasOwn(current, segment)) current = current[segment];
    else return undefined;
  }
  return current;
}
