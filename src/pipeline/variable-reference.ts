/** `${NAME}` or `${NAME:default}` in a text. */
export interface VariableReference {
  readonly name: string;
  /** What stands for an unset variable; undefined if nothing does. */
  readonly fallback: string | undefined;
  /** As it is written. */
  readonly text: string;
  readonly offset: number;
}

const REFERENCE = /\$\{([A-Z_][A-Z0-9_]*)(?::([^}]*))?\}/g;

/** The text with something else in place of each reference. */
export function replaceReferences(text: string, replace: (reference: VariableReference) => string): string {
  // Behind the last brace no reference ends, and looking for one there again and again would take time squared.
  const end = text.lastIndexOf('}') + 1;
  const replaced = text
    .slice(0, end)
    .replace(REFERENCE, (written, name: string, fallback: string | undefined, offset: number) =>
      replace({ name, fallback, text: written, offset }),
    );
  return replaced + text.slice(end);
}

/** The references in a text, in their order. */
export function referencesInText(text: string): readonly VariableReference[] {
  const references: VariableReference[] = [];
  replaceReferences(text, (reference) => {
    references.push(reference);
    return reference.text;
  });
  return references;
}
