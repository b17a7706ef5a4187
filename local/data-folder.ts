import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { LocalAzureError } from './failure.ts';

export const DEFAULT_DATA_FOLDER = '.hexdag';

/** Where the local Azure keeps everything. */
export interface DataFolder {
  readonly path: string;
  readonly ephemeral: boolean;
  /** Where Node keeps compiled code between starts. */
  readonly compileCache: string;
  /** Removes the folder if it is ephemeral. To be called when nobody holds a file in it. */
  release(): void;
}

/** Opens (or creates) the folder at `path`; without one, a folder of its own that goes away with the local Azure. */
export function openDataFolder(path: string | undefined): DataFolder {
  return path === undefined ? ephemeralFolder() : lastingFolder(resolve(path));
}

function ephemeralFolder(): DataFolder {
  const path = mkdtempSync(join(tmpdir(), 'hexdag-'));
  return {
    path,
    ephemeral: true,
    compileCache: join(tmpdir(), `hexdag-compile-cache-${userInfo().username}`),
    release: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

function lastingFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const message = `The data folder ${path} cannot be created or written to: make it writable, or choose another one with --data.`;
    throw new LocalAzureError({ code: 'data_folder_unusable', message }, error);
  }
  return { path, ephemeral: false, compileCache: join(path, 'compile-cache'), release: () => undefined };
}
