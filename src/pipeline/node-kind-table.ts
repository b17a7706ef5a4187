import { isJsonObject, type JsonValue } from '../json.ts';
import { didYouMean } from './near-match.ts';
import type { NodeDefinition } from './node-definition.ts';
import type { Report } from './report.ts';
import { describe, mappingExpected, nearOf } from './schema-problems.ts';

const CORE_PREFIX = 'core:';

/** Kinds that hexDAG's documentation names and no version of it has. */
const NEVER_BUILT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    conditional: 'Use a composite_node with mode if-else or switch.',
    loop_node: 'Use a composite_node with mode for-each, times or while.',
    tool_node: 'Use a function_node, or an agent_node where a model chooses.',
    tool_call_node: 'Use a function_node, or an agent_node where a model chooses.',
    prompt_node: 'Use an llm_node.',
    function: 'Use a function_node.',
    step_call: 'Use a function_node.',
  }),
);

/**
 * The kinds of nodes by every name they go by. In this order: what `spec.aliases` defines, names and aliases of registered kinds,
 * the same after `core:`, and the class of a dotted path (`hexdag.builtin.nodes.FunctionNode` is `function_node`).
 */
export class NodeKindTable extends Map<string, NodeDefinition> {
  constructor(kinds: Iterable<NodeDefinition>) {
    super();
    for (const kind of kinds) for (const name of [kind.kind, ...kind.aliases]) this.set(name, kind);
  }

  override get(name: string): NodeDefinition | undefined {
    const known = super.get(name);
    if (known !== undefined) return known;
    if (name.startsWith(CORE_PREFIX)) return super.get(name.slice(CORE_PREFIX.length));
    return name.includes('.') ? super.get(snakeCase(name.slice(name.lastIndexOf('.') + 1))) : undefined;
  }

  /** Adds the names of `spec.aliases`. */
  addAliases(aliases: JsonValue | undefined, report: Report): void {
    if (aliases === undefined) return;
    const path = ['spec', 'aliases'];
    if (!isJsonObject(aliases)) {
      report.error(path, mappingExpected("'aliases'", 'Write one "alias: kind" a line.'));
      return;
    }
    const kinds = new Map(Object.entries(aliases).map(([alias, target]) => [alias, this.#target(target)]));
    for (const [alias, kind] of kinds) {
      if (kind !== undefined) this.set(alias, kind);
      else {
        const remedy = () => nearOf(aliases[alias], this.keys()) ?? 'Name a kind of node, such as function_node.';
        const message = `There is no kind of node ${describe(aliases[alias])}.`;
        report.error([...path, alias], { code: 'node_kind_unknown', message, remedy });
      }
    }
  }

  #target(target: JsonValue): NodeDefinition | undefined {
    return typeof target === 'string' ? this.get(target) : undefined;
  }
}

/** What to do about a name that is no kind's. */
export function kindRemedy(name: string, kinds: ReadonlyMap<string, NodeDefinition>): string {
  const known = new Set([...kinds.values()].map(({ kind }) => kind));
  return NEVER_BUILT.get(name) ?? didYouMean(name, kinds.keys()) ?? `Known are: ${[...known].join(', ')}.`;
}

/** `LLMNode` → `llm_node`. */
function snakeCase(name: string): string {
  return name
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
