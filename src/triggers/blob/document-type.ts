/** What a file can be declared as, by `accept` and by the ending of its name. */
export type DocumentType = keyof typeof TYPES;

/** What was found in a file: a type with a signature, or the kind of text it holds. */
export type FoundType = string;

interface TypeRule {
  /** Endings of names that declare it. */
  readonly endings: readonly string[];
  /** What may be found in such a file. */
  readonly found: readonly FoundType[];
}

const OFFICE = ['docx', 'xlsx', 'pptx'];

const TYPES = {
  csv: { endings: ['csv'], found: ['text', 'json', 'xml'] },
  tsv: { endings: ['tsv', 'tab'], found: ['text', 'json', 'xml'] },
  json: { endings: ['json'], found: ['json'] },
  jsonl: { endings: ['jsonl', 'ndjson'], found: ['json'] },
  txt: { endings: ['txt', 'log', 'md'], found: ['text', 'json', 'xml', 'html'] },
  yaml: { endings: ['yaml', 'yml'], found: ['text', 'json'] },
  xml: { endings: ['xml'], found: ['xml'] },
  html: { endings: ['html', 'htm'], found: ['html', 'xml'] },
  pdf: { endings: ['pdf'], found: ['pdf'] },
  zip: { endings: ['zip'], found: ['zip', ...OFFICE] },
  docx: { endings: ['docx'], found: ['docx'] },
  xlsx: { endings: ['xlsx'], found: ['xlsx'] },
  pptx: { endings: ['pptx'], found: ['pptx'] },
  png: { endings: ['png'], found: ['png', 'apng'] },
  jpg: { endings: ['jpg', 'jpeg'], found: ['jpg'] },
  gif: { endings: ['gif'], found: ['gif'] },
  tiff: { endings: ['tif', 'tiff'], found: ['tif'] },
  webp: { endings: ['webp'], found: ['webp'] },
  gz: { endings: ['gz', 'tgz'], found: ['gz'] },
} as const satisfies Readonly<Record<string, TypeRule>>;

const rules: ReadonlyMap<string, TypeRule> = new Map(Object.entries(TYPES));
const typesByEnding: ReadonlyMap<string, string> = new Map(
  [...rules].flatMap(([type, { endings }]) => endings.map((ending) => [ending, type])),
);

export const DOCUMENT_TYPES: readonly string[] = [...rules.keys()];

export function isDocumentType(value: unknown): value is DocumentType {
  return typeof value === 'string' && rules.has(value);
}

/** What the ending of a name says that the file is; undefined if it says nothing known here. */
export function declaredType(name: string): DocumentType | undefined {
  const type = typesByEnding.get(/\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '');
  return isDocumentType(type) ? type : undefined;
}

/** Whether what was found may be a file of the type. */
export function isOfType(type: DocumentType, found: FoundType): boolean {
  return rules.get(type)?.found.includes(found) ?? false;
}

/** Types whose files are zip archives within. */
export function isArchive(found: FoundType): boolean {
  return found === 'zip' || OFFICE.includes(found);
}

export function isOffice(type: DocumentType | undefined): boolean {
  return type !== undefined && OFFICE.includes(type);
}
