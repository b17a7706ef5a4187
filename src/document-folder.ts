import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { SourceFile } from './library.ts';

const YAML_FILE = /\.ya?ml$/i;
const ENVIRONMENTS = 'environments';
/** Folders within folders that are looked into; deeper ones are no part of the documents. */
const MAX_DEPTH = 8;

export interface DocumentFile extends SourceFile {
  /** Where it lies. */
  readonly path: string;
}

export interface DocumentFolderContent {
  readonly files: readonly DocumentFile[];
  /** Names of files that are there but cannot be read. */
  readonly unreadable: readonly string[];
}

/**
 * The documents of a folder and of the folders in it, by name. The folder `environments` beside it is read as if it lay within.
 * Undefined if there is no such folder.
 */
export function readDocumentFolder(folder: string): DocumentFolderContent | undefined {
  if (!existsSync(folder)) return undefined;
  const beside = join(dirname(folder), ENVIRONMENTS);
  const shared = existsSync(beside) ? namesIn(beside, '', 1) : [];
  const paths = new Map([
    ...shared.map((name) => [posix.join(ENVIRONMENTS, name), join(beside, name)] as const),
    ...namesIn(folder, '', MAX_DEPTH).map((name) => [name, join(folder, name)] as const),
  ]);
  const files: DocumentFile[] = [];
  const unreadable: string[] = [];
  for (const [name, path] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    try {
      files.push({ name, path, content: readFileSync(path) });
    } catch {
      unreadable.push(name);
    }
  }
  return { files, unreadable };
}

function namesIn(folder: string, prefix: string, depth: number): readonly string[] {
  if (depth === 0) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = posix.join(prefix, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : namesIn(join(folder, entry.name), name, depth - 1);
    return YAML_FILE.test(entry.name) ? [name] : [];
  });
}
