/** Files by name, for steps and services that keep some. Names are plain relative paths: `invoices/2026/1.pdf`. */
export interface FileStorage {
  /** Writes the whole file, in place of one that is there. */
  write(name: string, content: Uint8Array | string): Promise<void>;
  /** Null if there is no such file. */
  read(name: string): Promise<Uint8Array | null>;
  /** False if there was none. */
  delete(name: string): Promise<boolean>;
  /** Names that begin with the prefix, in alphabetical order. */
  list(prefix?: string): Promise<readonly string[]>;
}
