import type { NodeKind } from '../nodes/node-kind.ts';
import { nodeKinds } from '../nodes/node-kinds.ts';
import { type StepDefinition, StepRegistry } from '../nodes/steps.ts';
import { createRegistries, type Definitions, type Registries } from './create-resources.ts';

/** All code that pipelines call by name. */
export interface AppDefinitions extends Definitions {
  readonly steps?: readonly StepDefinition[];
}

/** What documents are compiled with, and run with: the kinds of nodes, and all that they may name. */
export interface AppLanguage extends Registries {
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly steps: StepRegistry;
}

export function createLanguage({ steps = [], ...definitions }: AppDefinitions): AppLanguage {
  const registry = new StepRegistry(steps);
  return { kinds: nodeKinds(registry), steps: registry, ...createRegistries(definitions) };
}
