import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';

/** A pipeline to test: a file, with what it includes beside it; or its text, with other files by their paths from it. */
export type PipelineSource =
  | { readonly file: string }
  | { readonly text: string; readonly files?: Readonly<Record<string, string>> };

/** A pipeline's file and those around it. */
export interface PipelineFiles {
  /** The pipeline's own file, as diagnostics name it. */
  readonly main: string;
  readonly content: string | Uint8Array;
  /** The folder of the file, as diagnostics name it; empty for a text. */
  readonly root: string;
  /** The content of a file by its path from that folder. */
  read(path: string): string | Uint8Array | undefined;
  /** YAML files of that folder other than the pipeline's own. */
  neighbours(): readonly string[];
}

const YAML_FILE = /\.ya?ml$/i;
const TEXT_NAME = 'pipeline.yaml';

/** @throws Error if there is no such file */
export function filesOf(source: PipelineSource): PipelineFiles {
  return 'file' in source ? filesOnDisk(source.file) : filesInMemory(source.text, source.files ?? {});
}

/** As the app sees them: the folder `environments` beside that of the pipelines counts as lying within it. */
function filesOnDisk(file: string): PipelineFiles {
  const root = dirname(file);
  return {
    main: file,
    content: readFileSync(file),
    root,
    read: (path) => {
      const places = path.startsWith('environments/') ? [join(root, path), join(root, '..', path)] : [join(root, path)];
      const found = places.find((place) => existsSync(place));
      return found === undefined ? undefined : readFileSync(found);
    },
    neighbours: () => readdirSync(root).filter((name) => YAML_FILE.test(name) && name !== basename(file)),
  };
}

function filesInMemory(text: string, others: Readonly<Record<string, string>>): PipelineFiles {
  const files = new Map(Object.entries(others).map(([path, content]) => [posix.normalize(path), content]));
  return {
    main: TEXT_NAME,
    content: text,
    root: '',
    read: (path) => files.get(path),
    neighbours: () => [...files.keys()].filter((path) => YAML_FILE.test(path) && !path.includes('/')),
  };
}
