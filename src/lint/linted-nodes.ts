import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Path, SourceDocument } from '../pipeline/documents.ts';
import { nameOf } from '../pipeline/envelope.ts';
import type { NodeRole } from '../pipeline/node-definition.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import type { LintedNode } from './lint-rule.ts';

export type RoleOf = (node: PlanNode) => NodeRole;

interface WrittenNode {
  readonly value: JsonObject;
  readonly path: Path;
}

/** The nodes of a plan, those within nodes included, each with where it is written. */
export function lintedNodes(nodes: readonly PlanNode[], document: SourceDocument, roleOf: RoleOf): readonly LintedNode[] {
  return visit(nodes, writtenNodes(document.value['spec'] ?? null, ['spec']), true, document, roleOf);
}

function visit(
  nodes: readonly PlanNode[],
  written: ReadonlyMap<string, WrittenNode>,
  outer: boolean,
  document: SourceDocument,
  roleOf: RoleOf,
): readonly LintedNode[] {
  return nodes.flatMap((node) => {
    const found = written.get(node.name);
    if (found === undefined) return [];
    const inner = Object.values(node.bodies ?? {}).flatMap((body) => body.nodes);
    const within = writtenNodes(found.value['spec'] ?? null, [...found.path, 'spec']);
    return [linted(node, found, outer, document, roleOf), ...visit(inner, within, false, document, roleOf)];
  });
}

function linted(
  node: PlanNode,
  { value, path }: WrittenNode,
  outer: boolean,
  document: SourceDocument,
  roleOf: RoleOf,
): LintedNode {
  const { settings, spec } = value;
  const written = isJsonObject(spec) ? spec : {};
  return {
    node,
    role: roleOf(node),
    spec: { ...(isJsonObject(settings) ? settings : {}), ...written },
    outer,
    name: document.positionOf([...path, 'metadata', 'name']),
    at: ([key = '', ...rest]) => {
      const holder = Object.hasOwn(written, key) ? 'spec' : 'settings';
      const place = [...path, holder, key, ...rest];
      return document.positionOf(place);
    },
  };
}

/** The nodes written below a value, but not those within them. */
function writtenNodes(value: JsonValue, path: Path): ReadonlyMap<string, WrittenNode> {
  const found = new Map<string, WrittenNode>();
  const search = (current: JsonValue, at: Path): void => {
    const name = isJsonObject(current) && typeof current['kind'] === 'string' ? nameOf(current) : undefined;
    if (isJsonObject(current) && name !== undefined) found.set(name, { value: current, path: at });
    else if (isJsonObject(current)) for (const [key, item] of Object.entries(current)) search(item, [...at, key]);
    else if (isJsonArray(current)) for (const [index, item] of current.entries()) search(item, [...at, index]);
  };
  search(value, path);
  return found;
}
