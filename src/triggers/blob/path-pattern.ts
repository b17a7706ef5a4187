import { isPrintable, segmentFault } from '../blob-path.ts';

/** A blob path with captures: `incoming/{customer}/{name}.csv`. */
export interface PathPattern {
  /** As it was written, and as the host reads it. */
  readonly text: string;
  readonly container: string;
  /** What is between the captures of the blob's name: one more than there are captures, the first and the last possibly empty. */
  readonly literals: readonly string[];
  readonly captures: readonly string[];
}

/** `reason` completes "The path …". */
export type PathReading =
  | { readonly kind: 'pattern'; readonly pattern: PathPattern }
  | { readonly kind: 'invalid'; readonly reason: string };

const CONTAINER = /^(?!-)(?!.*--)[a-z0-9-]{3,63}(?<!-)$/;
const CAPTURE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What the host calls other things it tells of a blob. */
const HOST_NAMES: ReadonlySet<string> = new Set(['blobtrigger', 'uri', 'properties', 'metadata', 'sys']);
const MAX_CAPTURES = 16;
/** `{{` and `}}` stand for braces themselves. */
const TOKEN = /\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g;

/** Reads `container/name` with captures, as the Functions host does, but for what would only surprise. */
export function parsePathPattern(text: string): PathReading {
  const slash = text.indexOf('/');
  const container = slash === -1 ? text : text.slice(0, slash);
  const name = slash === -1 ? '' : text.slice(slash + 1);
  if (!CONTAINER.test(container)) return invalid('does not begin with the name of a container');
  if (name === '') return invalid(`names no blobs within '${container}'`);
  const fault = literalFault(name);
  return fault === undefined ? parseName(text, container, name) : invalid(fault);
}

function literalFault(name: string): string | undefined {
  if (name.includes('%')) return "holds '%', by which the host refers to settings";
  return isPrintable(name) ? segmentFault(name) : 'holds a character that no blob may have in its name';
}

function parseName(text: string, container: string, name: string): PathReading {
  const literals = [''];
  const captures: string[] = [];
  for (const [token] of name.matchAll(TOKEN)) {
    if (token === '{' || token === '}') return invalid(`has a single '${token}'`);
    const capture = token.startsWith('{') && token !== '{{' ? token.slice(1, -1) : undefined;
    if (capture === undefined) {
      literals.push((literals.pop() ?? '') + token.replace('{{', '{').replace('}}', '}'));
      continue;
    }
    const fault = captureFault(capture, captures, literals.at(-1) ?? '');
    if (fault !== undefined) return invalid(fault);
    captures.push(capture);
    literals.push('');
  }
  return { kind: 'pattern', pattern: { text, container, literals, captures } };
}

function captureFault(capture: string, earlier: readonly string[], before: string): string | undefined {
  if (!CAPTURE.test(capture)) return `has the capture {${capture}}, which is no name`;
  if (HOST_NAMES.has(capture.toLowerCase())) return `has the capture {${capture}}, whose name the host uses itself`;
  if (earlier.some((other) => other.toLowerCase() === capture.toLowerCase())) return `has the capture {${capture}} twice`;
  if (earlier.length > 0 && before === '') return `has nothing between {${earlier.at(-1)}} and {${capture}}`;
  return earlier.length === MAX_CAPTURES ? `has more than ${MAX_CAPTURES} captures` : undefined;
}

function invalid(reason: string): PathReading {
  return { kind: 'invalid', reason };
}

/** The captures of a blob's name, or undefined if it does not fit. A capture takes as much as it can, `/` included. */
export function capturesOf({ literals, captures }: PathPattern, name: string): Readonly<Record<string, string>> | undefined {
  const [first = '', ...others] = literals;
  if (!name.startsWith(first)) return undefined;
  if (captures.length === 0) return name === first ? {} : undefined;
  // From the end, each literal as far right as it goes: in one pass what a regular expression might need many for.
  const starts: number[] = [];
  let end = name.length;
  for (const literal of others.toReversed()) {
    const at = starts.length === 0 ? end - literal.length : name.lastIndexOf(literal, end - literal.length);
    if (at < first.length || at + literal.length > end || !name.startsWith(literal, at)) return undefined;
    starts.unshift(at);
    end = at;
  }
  const captured = (index: number) => {
    const before = index === 0 ? 0 : (starts[index - 1] ?? 0);
    return name.slice(before + (literals[index] ?? '').length, starts[index]);
  };
  return Object.fromEntries(captures.map((capture, index) => [capture, captured(index)]));
}
