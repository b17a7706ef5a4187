/** A place in a file; both numbers count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** The file, if it is another than the one at hand: one that is included. */
  readonly file?: string;
}

/** What to do about a problem; one that takes work to find may be worked out when it is told. */
export type Remedy = string | (() => string) | undefined;

/** Something wrong (or doubtful) in a document: what, where, why, and what to do. */
export interface Diagnostic {
  /** Stable, documented: `field_unknown`, `cycle`, … */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly file: string;
  readonly position: Position;
  /** One sentence that names the thing and what is wrong with it. */
  readonly message: string;
  /** One sentence: what to write instead. */
  readonly remedy?: string;
}
