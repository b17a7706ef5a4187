import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseAllDocuments, type YAMLMap } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { YAML_BYTES, YAML_DEPTH } from '../limits.ts';
import type { Diagnostic, Position } from './diagnostic.ts';
import { Diagnostics } from './diagnostics.ts';
import { MAX_YAML_TOKENS } from './limits.ts';
import { type Excess, findExcess } from './nesting.ts';
import { offsetInText } from './scalar-offset.ts';
import { syntaxProblems } from './yaml-syntax.ts';
import { INCLUDE_TAG, offsetOf, toJsonValue } from './yaml-values.ts';

export type Path = readonly (string | number)[];

/** Where each part of a document stands. */
export interface Places {
  /** Where the value at `path` begins; if there is none, where the nearest part that exists does. */
  positionOf(path: Path): Position;
  /** Where the key at the end of `path` stands; for a list item or a missing key, as `positionOf`. */
  keyPositionOf(path: Path): Position;
  /** Where the character at `offset` of the text at `path` stands, as exactly as its YAML style allows. */
  positionWithin(path: Path, offset: number): Position;
}

/** One YAML document of a file: its plain value, and where each part of it stands. */
export interface SourceDocument extends Places {
  /** Top-level `kind`, if it is text. */
  readonly kind: string | undefined;
  readonly value: JsonObject;
}

/** The first document of a file that others include: it may hold any value. */
export interface SourceFragment extends Places {
  readonly value: JsonValue;
}

export interface ParsedDocuments {
  /** Those that are mappings and free of syntax errors, in file order. */
  readonly documents: readonly SourceDocument[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the YAML documents of a file. Never throws: whatever is wrong with the text is a diagnostic. */
export function parseDocuments(content: string | Uint8Array, file: string): ParsedDocuments {
  const diagnostics = new Diagnostics(file);
  const text = readText(content, diagnostics);
  const documents = text === undefined ? [] : readDocuments(text, diagnostics, readDocument);
  return { documents, diagnostics: diagnostics.list() };
}

/** Reads the first YAML document of a file that is included. Undefined if it is not even YAML. Never throws. */
export function parseFragment(
  content: string | Uint8Array,
  file: string,
): { readonly fragment?: SourceFragment; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics = new Diagnostics(file);
  const text = readText(content, diagnostics);
  const [fragment] = text === undefined ? [] : readDocuments(text, diagnostics, readFragment);
  return { ...(fragment === undefined ? {} : { fragment }), diagnostics: diagnostics.list() };
}

function readText(content: string | Uint8Array, diagnostics: Diagnostics): string | undefined {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  if (bytes.byteLength > YAML_BYTES) {
    diagnostics.error({
      code: 'file_too_large',
      position: { line: 1, column: 1 },
      message: `The file has ${bytes.byteLength} bytes; at most ${YAML_BYTES} are read.`,
      remedy: 'Split the file.',
    });
    return undefined;
  }
  const text = typeof content === 'string' ? content : Buffer.from(bytes).toString('utf8');
  const offset = typeof content === 'string' ? -1 : firstDifference(Buffer.from(text, 'utf8'), bytes);
  if (offset < 0) return text;
  diagnostics.error({
    code: 'encoding',
    position: positionAt(Buffer.from(bytes.subarray(0, offset)).toString('utf8')),
    message: `Byte ${offset} is not UTF-8.`,
    remedy: 'Save the file as UTF-8.',
  });
  return undefined;
}

/** Decoding and encoding again changes exactly the bytes that were not UTF-8. */
function firstDifference(encoded: Uint8Array, bytes: Uint8Array): number {
  if (encoded.byteLength === bytes.byteLength && Buffer.compare(encoded, bytes) === 0) return -1;
  return encoded.findIndex((byte, index) => byte !== bytes[index]);
}

function positionAt(textBefore: string): Position {
  const lines = textBefore.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

type ReadParsed<Result> = (
  document: Document.Parsed,
  text: string,
  lineCounter: LineCounter,
  diagnostics: Diagnostics,
) => Result | undefined;

/** The tag `!include` stands on texts only; `yaml-values.ts` says what it means. */
const INCLUDE_TAGS = [INCLUDE_TAG, `${INCLUDE_TAG}:`].map((tag) => ({ tag, resolve: (text: string) => text }));

function readDocuments<Result>(text: string, diagnostics: Diagnostics, read: ReadParsed<Result>): readonly Result[] {
  const excess = findExcess(text, { levels: YAML_DEPTH, tokens: MAX_YAML_TOKENS });
  if (excess !== undefined) {
    diagnostics.error({ ...EXCESS_PROBLEMS[excess.of], position: positionAt(text.slice(0, excess.offset)) });
    return [];
  }

  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter,
    uniqueKeys: false,
    resolveKnownTags: false,
    customTags: INCLUDE_TAGS,
    // Each would copy the line it stands in, which takes minutes where one long line holds many of them.
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents = Array.isArray(parsed) ? parsed.filter((document) => !isBlank(document)) : [];
  if (documents.length === 0) {
    const message = 'The file holds no document.';
    diagnostics.error({
      code: 'empty_document',
      position: { line: 1, column: 1 },
      message,
      remedy: "Start it with 'kind: Pipeline'.",
    });
  }
  return documents.flatMap((document) => read(document, text, lineCounter, diagnostics) ?? []);
}

function isBlank(document: Document): boolean {
  const { contents, errors } = document;
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

function readFragment(
  document: Document.Parsed,
  text: string,
  lineCounter: LineCounter,
  diagnostics: Diagnostics,
): SourceFragment | undefined {
  const position = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const { offset, ...problem } of syntaxProblems(document.errors, text, (at) => position(at).line)) {
    diagnostics.error({ ...problem, position: position(offset) });
  }
  for (const warning of document.warnings) {
    diagnostics.error({ ...tagProblem(text.slice(warning.pos[0])), position: position(warning.pos[0]) });
  }
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;

  const value = toJsonValue(document, (severity, { offset, firstOffset, message, ...finding }) => {
    const first = firstOffset === undefined ? undefined : position(firstOffset);
    const reference = first === undefined ? '' : ` The first is at ${first.line}:${first.column}.`;
    diagnostics[severity]({ ...finding, message: message + reference, position: position(offset) });
  });
  return {
    value,
    positionOf: (path) => position(offsetOf(find(document, path).value)),
    keyPositionOf: (path) => {
      const { key, value: node } = find(document, path);
      return position(offsetOf(key ?? node));
    },
    positionWithin: (path, offset) => {
      const node = find(document, path).value;
      return position(isScalar(node) ? offsetInText(node, text, offset) : offsetOf(node));
    },
  };
}

function readDocument(...source: Parameters<typeof readFragment>): SourceDocument | undefined {
  const fragment = readFragment(...source);
  if (fragment === undefined) return undefined;
  const { value } = fragment;
  if (!isJsonObject(value)) {
    const [, , , diagnostics] = source;
    diagnostics.error({
      code: 'not_a_mapping',
      position: fragment.positionOf([]),
      message: 'A document must be a mapping.',
      remedy: "Start it with 'kind: Pipeline'.",
    });
    return undefined;
  }
  const { kind } = value;
  return { ...fragment, kind: typeof kind === 'string' ? kind : undefined, value };
}

/** The deepest node on the way along `path`, and its key if it has one. Aliases are not entered: the place of use counts. */
function find(document: Document, path: Path): { key?: unknown; value: unknown } {
  let found: { key?: unknown; value: unknown } = { value: document.contents };
  for (const segment of path) {
    const next = child(found.value, segment);
    if (next === undefined) return { value: found.value };
    found = next;
  }
  return found;
}

function child(node: unknown, segment: string | number): { key?: unknown; value: unknown } | undefined {
  if (isAlias(node)) return undefined;
  if (isSeq(node) && typeof segment === 'number') {
    const item = node.items[segment];
    return item === undefined ? undefined : { value: item };
  }
  if (!isMap(node)) return undefined;
  const pair = pairsOf(node).get(segment);
  return pair === undefined ? undefined : { key: pair.key, value: pair.value ?? pair.key };
}

const pairs = new WeakMap<YAMLMap, ReadonlyMap<unknown, Pair>>();

/** The pairs of a mapping by their keys, as values and as they are written; of two with one key the first. */
function pairsOf(map: YAMLMap): ReadonlyMap<unknown, Pair> {
  const known = pairs.get(map);
  if (known !== undefined) return known;
  const index = new Map<unknown, Pair>();
  for (const pair of map.items.toReversed()) {
    if (!isScalar(pair.key)) continue;
    index.set(pair.key.source, pair);
    index.set(pair.key.value, pair);
  }
  pairs.set(map, index);
  return index;
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const EXCESS_PROBLEMS: Readonly<Record<Excess['of'], Problem>> = {
  levels: {
    code: 'depth_exceeded',
    message: `The document is nested deeper than ${YAML_DEPTH} levels.`,
    remedy: 'Flatten the structure.',
  },
  tokens: {
    code: 'token_limit',
    message: `The file has more than ${MAX_YAML_TOKENS} names, values and marks.`,
    remedy: 'Split the file.',
  },
};

function tagProblem(textFromTag: string): Problem {
  const tag = /^[^\s,\]}]*/.exec(textFromTag)?.[0] ?? '';
  const code = 'tag_not_allowed';
  if (tag === '!py') {
    const remedy = "Register the code as a step (defineStep) and call it by name: 'fn: <step>'.";
    return { code, message: "'!py' is not supported: documents hold no code.", remedy };
  }
  if (tag === INCLUDE_TAG) {
    return {
      code,
      message: "'!include' needs the path of a file.",
      remedy: 'Write !include path.yaml, or !include path.yaml#key.',
    };
  }
  return { code, message: `Tag '${tag}' is not allowed.`, remedy: 'Write a plain value without a tag.' };
}
