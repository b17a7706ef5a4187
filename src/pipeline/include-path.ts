import { posix } from 'node:path';

export interface PathProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** The path from the root of a file that another one, at `from`, names; or why it cannot be one. Nothing outside of the root can be. */
export function resolvePath(written: string, from: string): { readonly path: string } | PathProblem {
  if (written.trim() === '') {
    return { code: 'include_invalid', message: 'No file is named.', remedy: 'Write the path of a file: folder/file.yaml.' };
  }
  if (/^(?:[/~]|[A-Za-z][A-Za-z0-9+.-]*:)/.test(written) || /[\\\0]/.test(written)) {
    const remedy = "Write it from the folder of this file, with '/' between names.";
    return { code: 'include_absolute', message: `'${written}' is no relative path.`, remedy };
  }
  const path = posix.join(posix.dirname(from), written);
  if (path !== '..' && !path.startsWith('../')) return { path };
  const remedy = 'Name a file in the folder of pipelines or in a folder below it.';
  return { code: 'path_outside_root', message: `'${written}' lies outside the folder of pipelines.`, remedy };
}
