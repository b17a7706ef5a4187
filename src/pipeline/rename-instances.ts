import type { NameUse } from '../expression/names.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import type { Path } from './documents.ts';
import type { Envelope } from './envelope.ts';
import type { GraphContext } from './graph-context.ts';
import { exitsOf, type Instance, silentReferences } from './macro-instance.ts';
import type { Reference } from './references.ts';
import type { Report } from './report.ts';
import { withTextAt } from './value-at.ts';

const READABLE = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** The node with the names of macro invocations in its texts replaced by the names of the nodes they end in. */
export function renameInstances(
  envelope: Envelope,
  instances: ReadonlyMap<string, Instance>,
  locals: ReadonlySet<string>,
  context: GraphContext,
): Envelope {
  if (instances.size === 0) return envelope;
  const { report, specPath } = envelope;
  const texts = new Map<string, Reference[]>();
  for (const use of silentReferences(envelope, context)) {
    if (!instances.has(use.name) || locals.has(use.name)) continue;
    const key = JSON.stringify(use.path);
    texts.set(key, [...(texts.get(key) ?? []), use]);
  }
  let spec: JsonValue = envelope.spec;
  for (const uses of texts.values()) {
    const path = uses[0]?.path ?? [];
    const rename = (text: string) => renameUses({ text, path: specPath(path), report }, uses, (name) => exitsOf(name, instances));
    spec = withTextAt(spec, path, rename);
  }
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
    if (results.length === 1 && READABLE.test(result)) {
      renamed = renamed.slice(0, offset) + result + renamed.slice(offset + name.length);
      continue;
    }
    const message = `'${name}' is an invocation of a macro that ends in ${results.join(', ')}, so it has no result of its own.`;
    const remedy = results.length > 1 ? 'Name one of these nodes.' : "Name that node with letters, digits and '_' in the macro.";
    report.errorWithin(path, offset, { code: 'macro_result_unclear', message, remedy });
  }
  return renamed;
}
