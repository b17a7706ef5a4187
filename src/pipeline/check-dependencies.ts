import type { CompiledNode } from './compile-node.ts';
import type { Path } from './documents.ts';
import { exitsOf, type Instance } from './macro-instance.ts';
import { didYouMean } from './near-match.ts';
import type { GraphParts } from './place-items.ts';

/** As declared at the node, in its spec, or both; undefined if the key is absent everywhere. */
export function declaredDependencies({ envelope, common }: CompiledNode): readonly string[] | undefined {
  if (envelope.dependencies === undefined) return common.dependencies;
  return [...envelope.dependencies, ...(common.dependencies ?? [])];
}

/** Reports what a node says about other nodes and cannot be right. Returns the nodes that handle its failure and its timeout. */
export function checkPlaces(
  node: CompiledNode,
  inferred: readonly string[],
  graph: GraphParts,
): { readonly onError: string | undefined; readonly onTimeout: string | undefined } {
  const { envelope, common, role } = node;
  const dependencies = declaredDependencies(node);
  const dependenciesPath =
    envelope.dependencies === undefined ? envelope.specPath(['dependencies']) : [...envelope.path, 'dependencies'];
  for (const [index, name] of (dependencies ?? []).entries()) checkNode(node, name, [...dependenciesPath, index], graph);
  for (const [index, name] of envelope.waitFor.entries()) checkNode(node, name, [...envelope.path, 'wait_for', index], graph);
  warnOfUnlisted(
    node,
    dependencies?.flatMap((name) => exitsOf(name, graph.instances)),
    inferred,
    dependenciesPath,
  );
  const timeoutHandler = role === 'wait' ? envelope.spec['on_timeout'] : undefined;
  return {
    onError: handlerOf(node, 'on_error', common.on_error, graph),
    onTimeout: typeof timeoutHandler === 'string' ? handlerOf(node, 'on_timeout', timeoutHandler, graph) : undefined,
  };
}

function warnOfUnlisted(
  { envelope }: CompiledNode,
  dependencies: readonly string[] | undefined,
  inferred: readonly string[],
  path: Path,
): void {
  const unlisted = dependencies === undefined ? [] : inferred.filter((name) => !dependencies.includes(name));
  if (unlisted.length === 0) return;
  const message = `Node '${envelope.name}' reads ${unlisted.join(', ')}, which 'dependencies' does not list; it is added.`;
  envelope.report.warning(path, {
    code: 'dependency_implicit',
    message,
    remedy: `Add ${unlisted.join(', ')} to 'dependencies'.`,
  });
}

function handlerOf(
  node: CompiledNode,
  key: 'on_error' | 'on_timeout',
  name: string | undefined,
  graph: GraphParts,
): string | undefined {
  if (name === undefined) return undefined;
  const { envelope } = node;
  const path = envelope.specPath([key]);
  checkNode(node, name, path, graph);
  if (name === envelope.name) {
    const what = key === 'on_error' ? 'its own failure' : 'its own timeout';
    const finding = { code: `${key}_self`, message: `Node '${name}' cannot handle ${what}.`, remedy: 'Name another node.' };
    envelope.report.error(path, finding);
  }
  const entries = entriesOf(name, graph.instances);
  if (entries.length <= 1) return entries[0] ?? name;
  const message = `'${name}' is an invocation of a macro that begins with several nodes: ${entries.join(', ')}.`;
  envelope.report.error(path, { code: 'handler_unclear', message, remedy: 'Name one of these nodes.' });
  return undefined;
}

/** The nodes that begin what a name stands for: itself, or the first nodes of a macro invocation. */
export function entriesOf(name: string, instances: ReadonlyMap<string, Instance>): readonly string[] {
  const instance = instances.get(name);
  return instance === undefined || instance.hasMain ? [name] : instance.entries;
}

function checkNode({ envelope }: CompiledNode, name: string, path: Path, { names, instances, outer }: GraphParts): void {
  if (names.has(name) || isOfFailedMacro(name, instances)) return;
  if (outer.has(name)) {
    const message = `'${name}' is no node of this body.`;
    const remedy = `Remove it: what a body reads of '${name}' is there before the body begins.`;
    envelope.report.error(path, { code: 'dependency_outside', message, remedy });
    return;
  }
  const remedy = () => didYouMean(name, names) ?? `Nodes are: ${[...names].slice(0, 20).join(', ')}.`;
  envelope.report.error(path, { code: 'dependency_unknown', message: `There is no node '${name}'.`, remedy });
}

/** The nodes of an invocation that could not be expanded are not known; that it could not is told already. */
function isOfFailedMacro(name: string, instances: ReadonlyMap<string, Instance>): boolean {
  for (const [instance, { exits }] of instances) if (exits.length === 0 && name.startsWith(`${instance}_`)) return true;
  return false;
}
