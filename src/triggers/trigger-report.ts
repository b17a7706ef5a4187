import type { Path } from '../pipeline/documents.ts';

export interface Problem {
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
