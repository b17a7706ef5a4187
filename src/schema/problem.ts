/** One thing that is wrong with a value. Never tells the value itself. */
export interface SchemaProblem {
  /** `$.items[2].price`. */
  readonly path: string;
  readonly message: string;
  /** The JSON Schema keyword that is not met, or `pattern_limit`. */
  readonly code: string;
}

/** `problems` are the first ones; `omitted` counts the others. */
export interface SchemaRefusal {
  readonly kind: 'refused';
  readonly problems: readonly SchemaProblem[];
  readonly omitted: number;
}

/** What reading a value by its schema gives. */
export type SchemaReading<T> = { readonly kind: 'ok'; readonly value: T } | SchemaRefusal;

/** All problems in one line: `$.total must be >= 0 (minimum); $.id is missing (required)`. */
export function problemsText({ problems, omitted }: SchemaRefusal): string {
  const listed = problems.map(({ path, message, code }) => `${path} ${message} (${code})`).join('; ');
  return omitted > 0 ? `${listed}; and ${omitted} more` : listed;
}

/** `$.items[2].price`; keys that are no names stand in brackets, long ones are cut. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const key = part.length > 100 ? `${part.slice(0, 99)}…` : part;
    return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? `${text}.${key}` : `${text}[${JSON.stringify(key)}]`;
  }, '$');
}
