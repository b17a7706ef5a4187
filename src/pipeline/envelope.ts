import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { nodeSchema } from './document-schema.ts';
import type { Path } from './documents.ts';
import type { Report } from './report.ts';
import { mappingExpected, problemsOf, unknownKey } from './schema-problems.ts';

/** A node as it is written, before its kind has a say. */
export interface Envelope {
  readonly name: string;
  readonly kind: string;
  /** `settings` with `spec` over them. */
  readonly spec: JsonObject;
  readonly dependencies: readonly string[] | undefined;
  readonly waitFor: readonly string[];
  /** Path of the node in its document. */
  readonly path: Path;
  /** Of the document that holds the node. */
  readonly report: Report;
  /** The macros it comes from, outermost first. Their texts were rendered, so a number in it may be written as a text. */
  readonly macros: readonly string[];
  /** Path in the document of a place in `spec`, which may have come from `settings`. */
  specPath(path: Path): Path;
}

const NODE_KEYS = Object.keys(nodeSchema.shape);
const RESERVED_NAMES: ReadonlySet<string> = new Set(['input', '$input', 'ctx', 'state']);

/** Reads the node at `path`. Undefined (reported) if it is not even a node with a name. */
export function readEnvelope(value: JsonValue, path: Path, report: Report, macros: readonly string[] = []): Envelope | undefined {
  if (!isJsonObject(value)) {
    report.error(path, mappingExpected('A node', 'Start it with "- kind: function_node".'));
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (NODE_KEYS.includes(key)) continue;
    const problem = unknownKey([...path, key], key, NODE_KEYS);
    report.problem({ ...problem, remedy: `${problem.remedy} What a kind of node reads belongs under 'spec'.` });
  }
  const parsed = nodeSchema.safeParse(value);
  if (!parsed.success) {
    for (const problem of problemsOf(parsed.error, value)) report.problem({ ...problem, path: [...path, ...problem.path] });
    return undefined;
  }
  const { kind, metadata, spec = {}, settings = {}, dependencies, wait_for: waitFor = [] } = parsed.data;
  if (RESERVED_NAMES.has(metadata.name)) {
    const message = `'${metadata.name}' is a reserved name.`;
    report.error([...path, 'metadata', 'name'], { code: 'name_reserved', message, remedy: 'Choose another name.' });
  }
  return {
    name: metadata.name,
    kind,
    spec: { ...settings, ...spec },
    dependencies,
    waitFor,
    path,
    report,
    macros,
    specPath: ([key, ...rest]) => {
      if (key === undefined) return [...path, 'spec'];
      return [...path, Object.hasOwn(spec, key) || !Object.hasOwn(settings, key) ? 'spec' : 'settings', key, ...rest];
    },
  };
}

/** `metadata.name` of a node or a document of which nothing else need be right. */
export function nameOf(value: JsonValue): string | undefined {
  const metadata = isJsonObject(value) ? value['metadata'] : undefined;
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
