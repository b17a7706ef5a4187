import type { JsonObject } from '../json.ts';
import type { Remedy } from './diagnostic.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Path, SourceDocument } from './documents.ts';
import { type Problem, unknownKey } from './schema-problems.ts';

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly remedy?: Remedy;
}

/** Tells problems of one document by their path in it, and knows where that is in the file. */
export class Report {
  readonly #document: SourceDocument;
  readonly #diagnostics: Diagnostics;

  constructor(document: SourceDocument, diagnostics: Diagnostics) {
    this.#document = document;
    this.#diagnostics = diagnostics;
  }

  error(path: Path, finding: Finding): void {
    this.#diagnostics.error({ ...finding, position: this.#document.positionOf(path) });
  }

  warning(path: Path, finding: Finding): void {
    this.#diagnostics.warning({ ...finding, position: this.#document.positionOf(path) });
  }

  /** About a character of the text at `path`. */
  errorWithin(path: Path, offset: number, finding: Finding): void {
    this.#diagnostics.error({ ...finding, position: this.#document.positionWithin(path, offset) });
  }

  /** About a character of the text at `path`, which is of no use because of it. */
  voidWithin(path: Path, offset: number, finding: Finding): void {
    const position = this.#document.positionWithin(path, offset);
    this.#diagnostics.void({ ...finding, position }, [this.#document.positionOf(path)]);
  }

  warningWithin(path: Path, offset: number, finding: Finding): void {
    this.#diagnostics.warning({ ...finding, position: this.#document.positionWithin(path, offset) });
  }

  problem(
    { path, atKey, code, message, remedy }: Omit<Problem, 'remedy'> & Pick<Finding, 'remedy'>,
    severity: 'error' | 'warning' = 'error',
  ): void {
    const position = atKey ? this.#document.keyPositionOf(path) : this.#document.positionOf(path);
    this.#diagnostics[severity]({ code, message, remedy, position });
  }

  /** Warns of each key of the mapping at `path` that nothing reads. */
  unknownKeys(mapping: JsonObject, path: Path, known: readonly string[]): void {
    for (const key of Object.keys(mapping)) {
      if (!known.includes(key)) this.problem(unknownKey([...path, key], key, known), 'warning');
    }
  }

  /** The same document for texts that were rendered: an offset in them says nothing of what is written, so the text's start counts. */
  forRenderedTexts(): Report {
    const document = this.#document;
    return new Report({ ...document, positionWithin: (path) => document.positionOf(path) }, this.#diagnostics);
  }

  /** `line:column` of a place, for messages that name a second one; with the file before it if that is an included one. */
  place(path: Path): string {
    const { line, column, file } = this.#document.positionOf(path);
    return file === undefined ? `${line}:${column}` : `${file}:${line}:${column}`;
  }
}
