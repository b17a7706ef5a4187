import { isJsonArray, type JsonObject, type JsonValue } from '../../json.ts';
import { INCOMING_BLOB_BYTES, MESSAGE_BODY_BYTES } from '../../limits.ts';
import { isSettingName, reportConnection } from '../setting-name.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';
import { type Report, reportUnknownFields } from '../trigger-report.ts';
import { DOCUMENT_TYPES, type DocumentType, isDocumentType } from './document-type.ts';
import { type PathPattern, parsePathPattern } from './path-pattern.ts';

/** How a blob's content reaches its run: by its reference alone, or as text or JSON within the event. */
export type ContentForm = (typeof CONTENT_FORMS)[number];

/** Blobs of one account whose path fits. */
export interface BlobSource {
  readonly type: 'blob';
  /** The setting, or prefix of settings, that says how to connect. */
  readonly connection: string;
  readonly path: PathPattern;
  readonly maxBytes: number;
  readonly content: ContentForm;
  /** What documents may be; without it, whatever their names say. */
  readonly accept?: readonly DocumentType[];
}

const CONTENT_FORMS = ['reference', 'text', 'json'] as const;
const FIELDS = ['connection', 'path', 'max_bytes', 'content', 'accept'];
export const DATA_CONNECTION = 'DATA';
/** What the app itself writes there, and the host beside it. */
const WRITTEN_CONTAINERS: ReadonlySet<string> = new Set(['artifacts', 'claim-checks']);
const HOST_CONTAINERS = /^(?:azure-webjobs-|scm-releases$|.*-(?:applease|leases|largemessages)$)/;

const SIZE = /^(\d{1,12})\s*(B|KiB|MiB|GiB)?$/;
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
const MAX_BYTES = 64 * 1024 ** 3;

export const blobKind: SourceKind<BlobSource> = {
  type: 'blob',
  read: readBlobSource,
  exclusive: ({ connection, path }) => ({
    resource: `blob ${connection}/${path.container}/${JSON.stringify(path.literals)}`,
    message: `The path '${path.text}' has two triggers`,
    remedy: 'Use one trigger a path, and let its pipeline do both.',
  }),
};

function readBlobSource(config: JsonObject, report: Report, context: SourceContext): BlobSource | undefined {
  reportUnknownFields(config, FIELDS, report);
  const connection = readConnection(config, report, context);
  const path = readPath(config, connection, report);
  const content = readContent(config, report);
  const maxBytes = readMaxBytes(config, content ?? 'reference', report);
  const accept = readAccept(config, report);
  if (connection === undefined || path === undefined || content === undefined || maxBytes === undefined) return undefined;
  if (accept === null) return undefined;
  return { type: 'blob', connection, path, maxBytes, content, ...(accept === undefined ? {} : { accept }) };
}

function readConnection(
  { connection = DATA_CONNECTION }: JsonObject,
  report: Report,
  { settings }: SourceContext,
): string | undefined {
  if (isSettingName(connection)) {
    if (connection !== DATA_CONNECTION && !(connection in settings) && !(`${connection}__blobServiceUri` in settings)) {
      const message = `Neither ${connection} nor ${connection}__blobServiceUri is set here, so no files come from there.`;
      report({ severity: 'warning', code: 'setting_undefined', path: ['connection'], message, remedy: 'Set one of them.' });
    }
    return connection;
  }
  const remedy = "Write 'connection: DATA', the name of the setting, or of the settings DATA__blobServiceUri and so on.";
  reportConnection('connection', connection, { inline: remedy, other: remedy }, report);
  return undefined;
}

function readPath({ path }: JsonObject, connection: string | undefined, report: Report): PathPattern | undefined {
  const remedy = "Write a container and a name with captures: 'path: incoming/{name}.csv'.";
  if (typeof path !== 'string') {
    const [code, message] =
      path === undefined ? (['field_missing', 'is missing'] as const) : (['field_type', 'is no text'] as const);
    report({ code, path: path === undefined ? [] : ['path'], message: `'path' ${message}.`, remedy });
    return undefined;
  }
  const reading = parsePathPattern(path);
  if (reading.kind === 'invalid') {
    report({ code: 'path_pattern', path: ['path'], message: `The path ${reading.reason}.`, remedy });
    return undefined;
  }
  const { container } = reading.pattern;
  if (isWrittenHere(container, connection)) {
    report({
      code: 'trigger_loop',
      path: ['path'],
      message: `The container '${container}' is one that this app writes, so that a run's own files would start runs.`,
      remedy: 'Let files come in through a container of their own.',
    });
    return undefined;
  }
  return reading.pattern;
}

/** Other connections may lead to the same account, but which ones only their settings tell. */
function isWrittenHere(container: string, connection: string | undefined): boolean {
  return (connection === DATA_CONNECTION && WRITTEN_CONTAINERS.has(container)) || HOST_CONTAINERS.test(container);
}

function readContent({ content = 'reference' }: JsonObject, report: Report): ContentForm | undefined {
  const form = CONTENT_FORMS.find((known) => known === content);
  if (form === undefined) {
    const message = "'content' does not say how the content is handed over.";
    report({ code: 'field_type', path: ['content'], message, remedy: `Write one of: ${CONTENT_FORMS.join(', ')}.` });
  }
  return form;
}

function readMaxBytes({ max_bytes: given }: JsonObject, content: ContentForm, report: Report): number | undefined {
  const isInline = content !== 'reference';
  if (given === undefined) return isInline ? MESSAGE_BODY_BYTES : INCOMING_BLOB_BYTES;
  const limit = isInline ? MESSAGE_BODY_BYTES : MAX_BYTES;
  const bytes = bytesOf(given);
  if (bytes !== undefined && bytes >= 1 && bytes <= limit) return bytes;
  const why = isInline ? ' of content within the event' : '';
  report({
    code: 'integer_range',
    path: ['max_bytes'],
    message: `'max_bytes'${why} must be from 1 to ${limit} bytes.`,
    remedy: "Write bytes, or '10 MiB'.",
  });
  return undefined;
}

function bytesOf(value: JsonValue): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  const [, amount, unit = 'B'] = (typeof value === 'string' ? SIZE.exec(value) : null) ?? [];
  return amount === undefined ? undefined : Number(amount) * (SIZE_UNITS[unit] ?? 1);
}

/** Null: something is wrong with it, and reported. */
function readAccept({ accept }: JsonObject, report: Report): readonly DocumentType[] | undefined | null {
  if (accept === undefined) return undefined;
  if (isJsonArray(accept) && accept.length > 0 && accept.every(isDocumentType)) return accept;
  report({
    code: 'field_type',
    path: ['accept'],
    message: "'accept' must be a list of types of documents.",
    remedy: `Known types: ${DOCUMENT_TYPES.join(', ')}.`,
  });
  return null;
}
