import type { NodeDefinition, StepCatalog } from './node-definition.ts';

/** Names that something is registered under. */
export interface NameCatalog {
  has(name: string): boolean;
  names(): Iterable<string>;
}

export interface AdapterCatalog extends NameCatalog {
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
  readonly middleware?: NameCatalog;
  /** Classes that `spec.services` may name. */
  readonly services?: NameCatalog;
  /** Functions that the handlers of state machines may name. */
  readonly handlers?: NameCatalog;
}
