import type { Language } from '../library.ts';

/** Loaded on demand: the compiler is most of what a command would otherwise have to load for `--help`. */
export async function loadLanguage(): Promise<Language> {
  const [{ nodeKinds }, { StepRegistry }, { createRegistries }, { steps, ...definitions }] = await Promise.all([
    import('../nodes/node-kinds.ts'),
    import('../nodes/steps.ts'),
    import('../adapters/create-resources.ts'),
    import('../../steps/index.ts'),
  ]);
  const registry = new StepRegistry(steps);
  return { kinds: nodeKinds(registry), steps: registry, ...createRegistries(definitions) };
}
