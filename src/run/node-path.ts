/**
 * Nodes are known by their path in the run: `charge` in the pipeline's own graph; `each[3].charge` in the inner graph of a
 * loop's fourth item; `route[else].notify` in a branch. A second attempt at a composite node has paths of its own: `each~2[3]`.
 */
export function bodyPath(composite: string, attempt: number, key: string | number): string {
  return `${attempt > 1 ? `${composite}~${attempt}` : composite}[${key}]`;
}

/** Where a loop's reducer is, beside its items. */
export const REDUCER = 'reduce';

/** A path as part of an artifact's name, which brackets and tildes must not be in. */
export function artifactPath(path: string): string {
  return path.replaceAll('[', '(').replaceAll(']', ')').replaceAll('~', '+');
}

/** What the paths of the nodes within a body begin with. */
export function bodyPrefix(body: string): string {
  return `${body}.`;
}

/** True if `path` is `ancestor`, or lies in one of its bodies. */
export function isWithin(path: string, ancestor: string): boolean {
  if (!path.startsWith(ancestor)) return false;
  const next = path[ancestor.length];
  return next === undefined || next === '[' || next === '.' || next === '~';
}

/** A body that a node lies in. */
export interface BodyAround {
  /** Path of the composite node it belongs to, and that node's name in its graph. */
  readonly composite: string;
  readonly name: string;
  readonly attempt: number;
  /** Which body or item of the composite node: `3`, `else`. */
  readonly key: string;
  /** Path of the body. */
  readonly body: string;
}

/** The bodies that a node lies in, from the outside in. */
export function bodiesAround(path: string): BodyAround[] {
  return [...path.matchAll(/([^.[~]+)(?:~(\d+))?\[([^\]]*)\](?=\.)/g)].map((match) => {
    const [whole, name = '', attempt, key = ''] = match;
    return {
      composite: path.slice(0, match.index + name.length),
      name,
      attempt: Number(attempt ?? 1),
      key,
      body: path.slice(0, match.index + whole.length),
    };
  });
}
