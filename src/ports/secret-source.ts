/** Where secrets come from. Only references that a port's or service's configuration really holds are ever asked for. */
export interface SecretSource {
  /** Undefined if there is no such secret; an empty one counts as none. */
  get(name: string): string | undefined;
}
