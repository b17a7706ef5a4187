import type { NameUse } from '../expression/names.ts';
import { isReadableName } from '../expression/path.ts';
import { isJsonObject } from '../json.ts';
import type { Path } from './documents.ts';
import type { Envelope } from './envelope.ts';
import type { GraphContext } from './graph-context.ts';
import { exitsOf, type Instance, silentReferences } from './macro-instance.ts';
import { mapTexts } from './map-texts.ts';
import type { Report } from './report.ts';

/** The node with the names of macro invocations in its texts replaced by the names of the nodes they end in. */
export function renameInstances(
  envelope: Envelope,
  instances: ReadonlyMap<string, Instance>,
  locals: ReadonlySet<string>,
  context: GraphContext,
): Envelope {
  if (instances.size === 0) return envelope;
  const { report, specPath } = envelope;
  const uses = silentReferences(envelope, context).filter(({ name }) => instances.has(name) && !locals.has(name));
  if (uses.length === 0) return envelope;
  const byText = Map.groupBy(uses, ({ path }) => JSON.stringify(path));
  const spec = mapTexts(envelope.spec, (text, path) => {
    const inText = byText.get(JSON.stringify(path)) ?? [];
    return renameUses({ text, path: specPath(path), report }, inText, (name) => exitsOf(name, instances));
  });
  return isJsonObject(spec) ? { ...envelope, spec } : envelope;
}

/**
 * A text with the names in it replaced by what they stand for. A name that stands for several nodes, or for one that texts cannot
 * name, is reported and stays.
 */
export function renameUses(
  { text, path, report }: { readonly text: string; readonly path: Path; readonly report: Report },
  uses: readonly NameUse[],
  resultsOf: (name: string) => readonly string[],
): string {
  let renamed = text;
  // From the last to the first, so that the offsets of those before stay right.
  for (const { name, offset } of [...uses].sort((a, b) => b.offset - a.offset)) {
    const results = resultsOf(name);
    const [result] = results;
    if (result === name || result === undefined) continue;
    if (results.length === 1 && isReadableName(result)) {
      renamed = renamed.slice(0, offset) + result + renamed.slice(offset + name.length);
      continue;
    }
    const message = `'${name}' is an invocation of a macro that ends in ${results.join(', ')}, so it has no result of its own.`;
    const remedy = results.length > 1 ? 'Name one of these nodes.' : "Name that node with letters, digits and '_' in the macro.";
    report.errorWithin(path, offset, { code: 'macro_result_unclear', message, remedy });
  }
  return renamed;
}
