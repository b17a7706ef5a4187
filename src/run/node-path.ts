/**
 * Nodes are known by their path in the run: `charge` in the pipeline's own graph; `each[3].charge` in the inner graph of a
 * loop's fourth item; `route[else].notify` in a branch. A second attempt at a composite node has paths of its own: `each~2[3]`.
 */
export function bodyPath(composite: string, attempt: number, key: string | number): string {
  return `${attempt > 1 ? `${composite}~${attempt}` : composite}[${key}]`;
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
