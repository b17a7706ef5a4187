import { badRequest, notOffered } from './errors.ts';

export type Resource =
  | { kind: 'account' }
  | { kind: 'databases' }
  | { kind: 'database'; database: string }
  | { kind: 'containers'; database: string }
  | { kind: 'container'; database: string; container: string }
  | { kind: 'items'; database: string; container: string }
  | { kind: 'item'; database: string; container: string; id: string }
  | { kind: 'partition_key_ranges'; database: string; container: string };

interface ResourcePath {
  segments: string[];
  /** The two parts of the path that are signed. */
  resourceType: string;
  resourceLink: string;
}

/**
 * Splits the path of a request. A `?` belongs to the name of an item: the SDK sends it as it is.
 *
 * @throws CosmosError (400)
 */
export function parsePath(url: string): ResourcePath {
  const segments = url
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeSegment);
  const isFeed = segments.length % 2 === 1;
  return {
    segments,
    resourceType: segments.at(isFeed ? -1 : -2) ?? '',
    resourceLink: (isFeed ? segments.slice(0, -1) : segments).join('/'),
  };
}

/** @throws CosmosError (400) for what this endpoint does not have */
export function resourceOf({ segments }: ResourcePath): Resource {
  const [dbs, database, colls, container, leaf, id] = segments;
  if (dbs === undefined) return { kind: 'account' };
  if (dbs !== 'dbs' || segments.length > 6) throw unknown(segments);
  if (database === undefined) return { kind: 'databases' };
  if (colls === undefined) return { kind: 'database', database };
  if (colls !== 'colls') throw unknown(segments);
  if (container === undefined) return { kind: 'containers', database };
  if (leaf === undefined) return { kind: 'container', database, container };
  if (leaf === 'pkranges' && id === undefined) return { kind: 'partition_key_ranges', database, container };
  if (leaf !== 'docs') throw unknown(segments);
  return id === undefined ? { kind: 'items', database, container } : { kind: 'item', database, container, id };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('The path of the request is not URL-encoded.');
  }
}

function unknown(segments: readonly string[]): Error {
  return notOffered(`The resource '/${segments.filter((_, index) => index % 2 === 0).join('/')}'`);
}
