import type { Diagnostic, Position, Remedy } from './diagnostic.ts';

/** Remedies that are worked out for one file: nobody reads thousands, and to find names that are near takes time. */
const MAX_WORKED_OUT = 200;

interface Finding {
  readonly code: string;
  readonly position: Position;
  readonly message: string;
  readonly remedy?: Remedy;
}

/** Collects what is wrong with one file, so that every problem is told in one pass. */
export class Diagnostics {
  readonly #file: string;
  readonly #entries: Diagnostic[] = [];
  #workedOut = 0;
  /** By place, what left nothing there. */
  readonly #voids = new Map<string, Diagnostic>();

  constructor(file: string) {
    this.#file = file;
  }

  error(finding: Finding): void {
    this.#add('error', finding);
  }

  /** An error that leaves nothing at its place and at others: what else is said about those would only repeat it. */
  void(finding: Finding, others: readonly Position[] = []): void {
    const entry = this.#add('error', finding);
    for (const position of [finding.position, ...others]) this.#voids.set(placeOf(this.#file, position), entry);
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

  /**
   * In the order of the file, then those of included files. A warning where an error stands adds nothing and is left out, and so is
   * what was found twice, as in a macro that is used twice.
   */
  list(): readonly Diagnostic[] {
    const entries = [
      ...new Map(
        this.#entries.map((entry) => [`${placeOf(entry.file, entry.position)} ${entry.code} ${entry.message}`, entry]),
      ).values(),
    ];
    const errors = new Set(
      entries.filter(({ severity }) => severity === 'error').map(({ file, position }) => placeOf(file, position)),
    );
    const telling = entries.filter((entry) => {
      const nothing = this.#voids.get(placeOf(entry.file, entry.position));
      return nothing === undefined
        ? entry.severity === 'error' || !errors.has(placeOf(entry.file, entry.position))
        : nothing.code === entry.code;
    });
    return telling.sort(
      (a, b) =>
        this.#compareFiles(a.file, b.file) ||
        a.position.line - b.position.line ||
        a.position.column - b.position.column ||
        (a.code < b.code ? -1 : 1),
    );
  }

  #add(severity: Diagnostic['severity'], { code, position, message, remedy }: Finding): Diagnostic {
    const { line, column, file = this.#file } = position;
    const place = { file, position: { line, column } };
    const text = this.#workOut(remedy);
    const entry = { code, severity, ...place, message, ...(text === undefined ? {} : { remedy: text }) };
    this.#entries.push(entry);
    return entry;
  }

  #workOut(remedy: Remedy): string | undefined {
    if (typeof remedy !== 'function') return remedy;
    this.#workedOut += 1;
    return this.#workedOut > MAX_WORKED_OUT ? undefined : remedy();
  }

  #compareFiles(a: string, b: string): number {
    if (a === b) return 0;
    if (a === this.#file) return -1;
    return b === this.#file || a > b ? 1 : -1;
  }
}

function placeOf(file: string, position: Position): string {
  return `${position.line}:${position.column}:${position.file ?? file}`;
}
