/** A `blobTrigger`'s path: the container, and what the names of its blobs must look like. */
export interface BlobPath {
  readonly container: string;
  /** What every name begins with. */
  readonly prefix: string;
  readonly captures: readonly string[];
  readonly pattern: RegExp;
}

const SPECIAL = /[\^$\\.*+?()[\]{}|/]/;
const TOKEN = /\{\{|\}\}|\{([^{}]+)\}|[^{}]/g;

/** Reads a path as the real host does: a capture is `.*`, doubled braces stand for themselves. Undefined: it is none. */
export function parseBlobPath(path: string): BlobPath | undefined {
  const slash = path.indexOf('/');
  const name = path.slice(slash + 1);
  if (slash < 1 || name === '' || name.replaceAll(TOKEN, '') !== '') return undefined;
  const captures: string[] = [];
  let prefix: string | undefined;
  let literal = '';
  let source = '';
  for (const [token, capture] of name.matchAll(TOKEN)) {
    if (capture === undefined) {
      const character = token === '{{' ? '{' : token === '}}' ? '}' : token;
      literal += character;
      source += SPECIAL.test(character) ? `\\${character}` : character;
      continue;
    }
    prefix ??= literal;
    captures.push(capture);
    // .NET's point leaves out the line feed alone.
    source += '([^\\n]*)';
  }
  // And its dollar passes over one at the end. Without a capture, names are compared as they are.
  const end = captures.length === 0 ? '$' : '\\n?$';
  return { container: path.slice(0, slash), prefix: prefix ?? literal, captures, pattern: new RegExp(`^${source}${end}`, 'u') };
}

/** The captures of a name, or undefined if it does not match. */
export function captureNames({ pattern, captures }: BlobPath, name: string): Readonly<Record<string, string>> | undefined {
  const values = pattern.exec(name);
  if (values === null) return undefined;
  return Object.fromEntries(captures.map((capture, index) => [capture, values[index + 1] ?? '']));
}
