import type { JsonObject } from '../json.ts';
import type { Envelope } from './envelope.ts';
import type { GraphContext } from './graph-context.ts';
import { type GraphItem, nodesOf } from './graph-items.ts';
import { collectReferences } from './node-references.ts';
import type { Reference, TextReport } from './references.ts';
import { textsIn, valueAt } from './value-at.ts';

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
    exits: (normal.length === 0 ? last : normal).flatMap((item) => endsOf(item, instances)),
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

/** The nodes that a graph comes to after an item: those that an invocation ends in, even if one of its nodes has its name. */
export function endsOf({ type, envelope }: GraphItem, instances: ReadonlyMap<string, Instance>): readonly string[] {
  return type === 'node' ? [envelope.name] : (instances.get(envelope.name)?.exits ?? []);
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

/** The names that the texts of a node read, inner graphs aside; paths are those within its spec. What is wrong is told later. */
export function silentReferences({ kind, spec }: Envelope, { kinds }: GraphContext): readonly Reference[] {
  const definition = kinds.get(kind);
  const own = ownKeys(spec, Object.keys(definition?.schema.shape ?? {}));
  const sites = definition?.schema.safeParse(own).success === true ? definition.references?.(own) : undefined;
  const bodies = definition?.bodies?.(own) ?? [];
  return collectReferences({ spec, sites: sites ?? [], bodies, locals: new Set() }, SILENT, (path) => path);
}

function wordsInBodies({ kind, spec }: Envelope, { kinds }: GraphContext): readonly string[] {
  const bodies = kinds.get(kind)?.bodies?.(spec) ?? [];
  return bodies.flatMap(({ path }) => textsIn(valueAt(spec, path)).flatMap((text) => text.match(WORD) ?? []));
}

function ownKeys(spec: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => keys.includes(key)));
}
