import type { JsonValue } from '../json.ts';

/** Values by key, for steps and services that remember something. */
export interface Memory {
  get(key: string): Promise<JsonValue | null>;
  set(key: string, value: JsonValue): Promise<void>;
  /** False if there was none. */
  delete(key: string): Promise<boolean>;
  /** Keys that begin with the prefix, in alphabetical order. */
  list(prefix?: string): Promise<readonly string[]>;
}
