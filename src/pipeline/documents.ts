import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type YAMLError } from 'yaml';
import { isJsonObject, type JsonObject } from '../json.ts';
import { YAML_BYTES, YAML_DEPTH } from '../limits.ts';
import type { Diagnostic, Position } from './diagnostic.ts';
import { Diagnostics } from './diagnostics.ts';
import { firstTooDeep } from './nesting.ts';
import { offsetInText } from './scalar-offset.ts';
import { offsetOf, toJsonValue } from './yaml-values.ts';

export type Path = readonly (string | number)[];

/** One YAML document of a file: its plain value, and where each part of it stands. */
export interface SourceDocument {
  /** Top-level `kind`, if it is text. */
  readonly kind: string | undefined;
  readonly value: JsonObject;
  /** Where the value at `path` begins; if there is none, where the nearest part that exists does. */
  positionOf(path: Path): Position;
  /** Where the key at the end of `path` stands; for a list item or a missing key, as `positionOf`. */
  keyPositionOf(path: Path): Position;
  /** Where the character at `offset` of the text at `path` stands, as exactly as its YAML style allows. */
  positionWithin(path: Path, offset: number): Position;
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
  const documents = text === undefined ? [] : readDocuments(text, diagnostics);
  return { documents, diagnostics: diagnostics.list() };
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

function readDocuments(text: string, diagnostics: Diagnostics): readonly SourceDocument[] {
  const tooDeep = firstTooDeep(text, YAML_DEPTH);
  if (tooDeep !== undefined) {
    diagnostics.error({
      code: 'depth_exceeded',
      position: positionAt(text.slice(0, tooDeep)),
      message: `The document is nested deeper than ${YAML_DEPTH} levels.`,
      remedy: 'Flatten the structure.',
    });
    return [];
  }

  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter, uniqueKeys: false, resolveKnownTags: false, logLevel: 'silent' });
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
  return documents.flatMap((document) => readDocument(document, text, lineCounter, diagnostics) ?? []);
}

function isBlank(document: Document): boolean {
  const { contents, errors } = document;
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

function readDocument(
  document: Document.Parsed,
  text: string,
  lineCounter: LineCounter,
  diagnostics: Diagnostics,
): SourceDocument | undefined {
  const position = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const error of document.errors) diagnostics.error({ ...syntaxProblem(error), position: position(error.pos[0]) });
  for (const warning of document.warnings) {
    diagnostics.error({ ...tagProblem(text.slice(warning.pos[0])), position: position(warning.pos[0]) });
  }
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;

  const value = toJsonValue(document, (severity, { offset, firstOffset, message, ...finding }) => {
    const first = firstOffset === undefined ? undefined : position(firstOffset);
    const reference = first === undefined ? '' : ` The first is at ${first.line}:${first.column}.`;
    diagnostics[severity]({ ...finding, message: message + reference, position: position(offset) });
  });
  if (!isJsonObject(value)) {
    diagnostics.error({
      code: 'not_a_mapping',
      position: position(offsetOf(document.contents)),
      message: 'A document must be a mapping.',
      remedy: "Start it with 'kind: Pipeline'.",
    });
    return undefined;
  }
  const kind = value['kind'];
  return {
    kind: typeof kind === 'string' ? kind : undefined,
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
  const pair = node.items.find(({ key }) => isScalar(key) && (key.value === segment || key.source === segment));
  return pair === undefined ? undefined : { key: pair.key, value: pair.value ?? pair.key };
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

function syntaxProblem(error: YAMLError): Problem {
  const message = `${(error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')}.`;
  if (error.code === 'TAB_AS_INDENT') return { code: 'tab_indent', message, remedy: 'Indent with spaces.' };
  if (/^(?:Flow (?:sequence|map) in block|Expected flow)/.test(message)) {
    return { code: 'unclosed_flow', message, remedy: 'Close the bracket, and indent what is inside it.' };
  }
  return { code: 'yaml_syntax', message, remedy: 'Check quotes, colons and indentation here and on the line above.' };
}

function tagProblem(textFromTag: string): Problem {
  const tag = /^[^\s,\]}]*/.exec(textFromTag)?.[0] ?? '';
  const code = 'tag_not_allowed';
  if (tag === '!py') {
    const remedy = "Register the code as a step (defineStep) and call it by name: 'fn: <step>'.";
    return { code, message: "'!py' is not supported: documents hold no code.", remedy };
  }
  if (tag === '!include') {
    return { code, message: "'!include' cannot be written as a tag.", remedy: 'Write it as a key: "!include": path.yaml' };
  }
  return { code, message: `Tag '${tag}' is not allowed.`, remedy: 'Write a plain value without a tag.' };
}
