import type { Language } from '../library.ts';

/** Loaded on demand: the compiler is most of what a command would otherwise have to load for `--help`. */
export async function loadLanguage(): Promise<Language> {
  const [{ createLanguage }, definitions] = await Promise.all([
    import('../adapters/create-language.ts'),
    import('../../steps/index.ts'),
  ]);
  return createLanguage(definitions);
}
