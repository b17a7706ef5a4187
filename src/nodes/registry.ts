/** Definitions by name and alias. Two of one name are a mistake in the program and refused. */
export class Registry<Definition extends { readonly name: string; readonly aliases?: readonly string[] | undefined }> {
  readonly #definitions = new Map<string, Definition>();
  readonly #names: string[] = [];

  /** @param what a word for the message: "Adapter" */
  constructor(what: string, definitions: Iterable<Definition>) {
    for (const definition of definitions) {
      this.#names.push(definition.name);
      for (const name of new Set([definition.name, ...(definition.aliases ?? [])])) {
        if (this.#definitions.has(name)) {
          throw new TypeError(`${what} '${name}' is registered twice; give one of them another name.`);
        }
        this.#definitions.set(name, definition);
      }
    }
  }

  /** By name or alias. A dotted path (`pkg.module.Class`) that is not registered itself stands for its last part. */
  get(name: string): Definition | undefined {
    return this.#definitions.get(name) ?? this.#definitions.get(name.slice(name.lastIndexOf('.') + 1));
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Without the aliases, in the order of registration. */
  names(): readonly string[] {
    return this.#names;
  }
}
