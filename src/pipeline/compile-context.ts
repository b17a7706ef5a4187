import { posix } from 'node:path';
import type { SourceFiles } from './include.ts';
import type { Variables } from './variables.ts';

/** What a build may look at besides the file itself. */
export interface CompileContext {
  /** The content of a file by its path from the root, with `/` between names; undefined if there is none. */
  readFile?(path: string): string | Uint8Array | undefined;
  /** What `${NAME}` stands for. */
  readonly variables: Variables;
  /** Name of the environment that is built for: `dev`, `prod`, … */
  readonly environment?: string | undefined;
  /** The folder that paths start from and nothing outside of is read, as diagnostics name it; the file's name begins with it. */
  readonly root?: string;
  /** Names of all pipelines that are built together; undefined if that is not known. */
  readonly pipelines?: ReadonlySet<string>;
}

/** For a file that stands alone. */
export const NO_CONTEXT: CompileContext = { variables: {} };

export function filesOf({ readFile, root = '' }: CompileContext): SourceFiles {
  return {
    read: (path) => readFile?.(path),
    nameOf: (path) => posix.join(root, path),
  };
}

/** The path from the root of a file that diagnostics name. A file that lies elsewhere counts as one in the root itself. */
export function pathOf(file: string, { root = '' }: CompileContext): string {
  const path = posix.relative(root, posix.normalize(file));
  return path.startsWith('../') || posix.isAbsolute(file) !== posix.isAbsolute(root) ? posix.basename(file) : path;
}
