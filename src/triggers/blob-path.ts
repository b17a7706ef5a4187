/** Azure's own limit. */
export const MAX_BLOB_PATH = 1_024;

/** Control characters, and halves of characters: neither can be part of a blob's name. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

export function isPrintable(path: string): boolean {
  return !UNPRINTABLE.test(path);
}

/** Why a path could lead to another place than the blob of this name: "The path …". */
export function segmentFault(path: string): string | undefined {
  if (path.includes('\\')) return 'holds a backslash';
  const segments = path.split('/');
  if (segments.includes('')) return 'has an empty segment';
  return segments.some((segment) => segment === '.' || segment === '..') ? "has a segment '.' or '..'" : undefined;
}
