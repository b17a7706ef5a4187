import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { CliError } from './errors.ts';
import { fileError, readBytes } from './files.ts';
import { printable } from './terminal.ts';

const YAML_FILE = /\.ya?ml$/i;
/** Texts by which a document takes in another file, with its path. */
const REFERENCE = /(?:["']?!include["']?(?:\s*:)?|\bbody_pipeline\s*:)\s*["']?([^"'#\s,}]+)/g;
const ENVIRONMENTS = 'environments';

/**
 * A folder of documents: those the user named, their neighbours (a trigger names a pipeline beside it), the environments, and what
 * these take in from other files. Only that much is read, since the folder may be any.
 */
export class DocumentFolder {
  readonly path: string;
  readonly #sources = new Map<string, Uint8Array>();
  /** Name in the folder → how to show it, where that is not simply below the folder. */
  readonly #shown = new Map<string, string>();
  readonly #named = new Set<string>();

  constructor(path: string) {
    this.path = path;
    for (const folder of [join(path, '..', ENVIRONMENTS), join(path, ENVIRONMENTS)]) {
      for (const file of yamlFiles(folder)) this.#take(posix.join(ENVIRONMENTS, file), join(folder, file));
    }
    for (const file of yamlFiles(path)) this.#take(file, join(path, file));
  }

  /** @throws CliError `file_not_found`, `file_unreadable` */
  add(file: string): void {
    const name = basename(file);
    this.#sources.set(name, readBytes(file));
    this.#shown.set(name, file);
    this.#named.add(name);
  }

  /** Every document, as the app reads it. */
  files(): readonly { readonly name: string; readonly content: Uint8Array }[] {
    this.#takenInBy([...this.#sources.keys()]);
    return [...this.#sources].map(([name, content]) => ({ name, content }));
  }

  /** Names in the folder of the files that were named. */
  get named(): ReadonlySet<string> {
    return this.#named;
  }

  textOf(name: string): string | undefined {
    const content = this.#sources.get(name);
    return content === undefined ? undefined : Buffer.from(content).toString();
  }

  /** Whether what is wrong with a file is told: it is named, one that is named takes it in, or it is the environment's. */
  concerns(name: string): boolean {
    return this.#named.has(name) || name.startsWith(`${ENVIRONMENTS}/`) || this.#takenInBy([...this.#named]).has(name);
  }

  /** How to show a file of the folder. */
  shownName(name: string): string {
    return this.#shown.get(name) ?? join(this.path, name);
  }

  /** The files that these take in, and those that those do. One that cannot be read is the compiler's to tell. */
  #takenInBy(names: readonly string[]): ReadonlySet<string> {
    const found = new Set<string>();
    const open = [...names];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const [, path = ''] of (this.textOf(name) ?? '').matchAll(REFERENCE)) {
        const other = posix.join(posix.dirname(name), path);
        if (other.startsWith('..') || posix.isAbsolute(other) || found.has(other)) continue;
        if (!this.#sources.has(other)) this.#take(other, join(this.path, other));
        found.add(other);
        open.push(other);
      }
    }
    return found;
  }

  /** One that cannot be read is told if it is one of the files to check. */
  #take(name: string, path: string): void {
    try {
      this.#sources.set(name, readFileSync(path));
      this.#shown.set(name, path);
    } catch {
      this.#sources.delete(name);
    }
  }
}

/** The folders of what the user named: files, or folders for the YAML files in them. @throws CliError */
export function readFolders(paths: readonly string[]): readonly DocumentFolder[] {
  const folders = new Map<string, DocumentFolder>();
  for (const file of paths.flatMap(filesOf)) {
    const path = dirname(file);
    const folder = folders.get(path) ?? new DocumentFolder(path);
    folders.set(path, folder);
    folder.add(file);
  }
  return [...folders.values()];
}

function filesOf(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path).filter((name) => YAML_FILE.test(name));
    if (files.length > 0) return files.sort().map((name) => join(path, name));
  } catch (error) {
    throw fileError(path, error);
  }
  throw new CliError('no_files', `There is no YAML file in ${printable(path)}.`);
}

/** None if there is no such folder. */
function yamlFiles(folder: string): readonly string[] {
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder ? readdirSync(folder).filter((name) => YAML_FILE.test(name)) : [];
}
