import type { Diagnostic, Position } from './diagnostic.ts';

interface Finding {
  readonly code: string;
  readonly position: Position;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** Collects what is wrong with one file, so that every problem is told in one pass. */
export class Diagnostics {
  readonly #file: string;
  readonly #entries: Diagnostic[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  error(finding: Finding): void {
    this.#add('error', finding);
  }

  warning(finding: Finding): void {
    this.#add('warning', finding);
  }

  addAll(diagnostics: readonly Diagnostic[]): void {
    this.#entries.push(...diagnostics);
  }

  get hasErrors(): boolean {
    return this.#entries.some((entry) => entry.severity === 'error');
  }

  /** In the order of the file. A warning where an error stands adds nothing and is left out. */
  list(): readonly Diagnostic[] {
    const errors = new Set(this.#entries.filter(({ severity }) => severity === 'error').map(placeOf));
    const telling = this.#entries.filter((entry) => entry.severity === 'error' || !errors.has(placeOf(entry)));
    return telling.sort(
      (a, b) => a.position.line - b.position.line || a.position.column - b.position.column || (a.code < b.code ? -1 : 1),
    );
  }

  #add(severity: Diagnostic['severity'], { code, position, message, remedy }: Finding): void {
    this.#entries.push({ code, severity, file: this.#file, position, message, ...(remedy === undefined ? {} : { remedy }) });
  }
}

function placeOf({ position }: Diagnostic): string {
  return `${position.line}:${position.column}`;
}
