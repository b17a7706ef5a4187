import type { JsonObject } from '../json.ts';
import type { NodeDefinition, StepCatalog } from './node-definition.ts';

/** Names that something is registered under. */
export interface NameCatalog {
  has(name: string): boolean;
  names(): Iterable<string>;
}

/** What is wrong at a place of a configuration. Never shows what stands there: it may be a secret. */
export interface ConfigProblem {
  readonly path: readonly (string | number)[];
  /** Whether the key, rather than its value, is at fault. */
  readonly atKey?: boolean;
  readonly message: string;
}

/** Names whose definitions take a configuration. */
export interface ConfiguredCatalog extends NameCatalog {
  /** What the definition of that name could not be made with; nothing if it takes whatever comes. */
  problemsOf?(name: string, config: JsonObject): readonly ConfigProblem[];
}

export interface AdapterCatalog extends ConfiguredCatalog {
  /** The ports an adapter fits; undefined if it may fit any. */
  portsOf?(name: string): Iterable<string> | undefined;
  /** Whether the name is one of the language's that this build has no adapter for. */
  isUnavailable?(name: string): boolean;
}

/** What a build knows. What is absent is not checked. */
export interface Catalog {
  readonly kinds: Iterable<NodeDefinition>;
  readonly steps: StepCatalog;
  readonly adapters?: AdapterCatalog;
  readonly middleware?: ConfiguredCatalog;
  /** Classes that `spec.services` may name. */
  readonly services?: ConfiguredCatalog;
  /** Functions that the handlers of state machines may name. */
  readonly handlers?: NameCatalog;
}
