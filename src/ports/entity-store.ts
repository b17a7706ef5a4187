import type { JsonObject } from '../json.ts';

/** An entity as it is stored, and the version that a write may build upon. */
export interface StoredEntity {
  readonly value: JsonObject;
  readonly version: string;
}

export interface EntityWriteOptions {
  /** The entity is forgotten when it was not written for so long; without it, it stays. */
  readonly ttlSeconds?: number;
}

/**
 * What outlives a run: one small document for each entity, named by its type and id, which all pipelines of the app share. Every
 * write is a compare-and-set. Methods throw DependencyUnavailableError (retryable) or DependencyRefusedError.
 */
export interface EntityStore {
  read(type: string, id: string): Promise<StoredEntity | null>;
  /**
   * Writes if the stored version is `expected` (null: if there is no such entity). False: somebody else was faster, and nothing
   * was written.
   */
  write(type: string, id: string, value: JsonObject, expected: string | null, options?: EntityWriteOptions): Promise<boolean>;
}
