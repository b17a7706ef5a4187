import type { JsonObject } from '../json.ts';
import type { Path } from '../pipeline/documents.ts';
import { didYouMean } from '../pipeline/near-match.ts';

interface Problem {
  readonly code: string;
  /** Relative to the part of the document that the reader was given. */
  readonly path: Path;
  readonly severity?: 'error' | 'warning';
  /** Character of the text at `path` that the problem is about. */
  readonly offset?: number;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** Tells a problem at a place of a trigger document. */
export type Report = (problem: Problem) => void;

/** Warns of the fields of a mapping that mean nothing, each with what was probably meant. */
export function reportUnknownFields(mapping: JsonObject, known: readonly string[], report: Report): void {
  for (const field of Object.keys(mapping).filter((key) => !known.includes(key))) {
    const message = `Field '${shorten(field)}' is not known and ignored.`;
    const remedy = didYouMean(field, known) ?? `Known fields: ${known.join(', ')}.`;
    report({ severity: 'warning', code: 'field_unknown', path: [field], message, remedy });
  }
}

/** A name from a document, cut to what a message bears. */
export function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
