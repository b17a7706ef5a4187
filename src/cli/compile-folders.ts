import type { Language, Library } from '../library.ts';
import { nameOf } from '../pipeline/envelope.ts';
import type { StartablePipeline, Trigger } from '../triggers/trigger.ts';
import type { DocumentFolder } from './document-folders.ts';
import { type Finding, findingsIn } from './findings.ts';
import { loadLanguage } from './language.ts';

export interface CompiledFolder {
  readonly folder: DocumentFolder;
  readonly findings: readonly Finding[];
  /** Those of the files that were named. */
  readonly pipelines: readonly StartablePipeline[];
  readonly triggers: readonly Trigger[];
  readonly documents: Library['documents'];
}

export interface CompiledFolders {
  readonly language: Language;
  readonly folders: readonly CompiledFolder[];
  /** How many files were named. */
  readonly files: number;
}

export interface CompileOptions {
  /** Name of the environment to compile for. */
  readonly env: string | undefined;
  /** What `${NAME}` in documents stands for. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Compiles folders of documents as the app does. */
export async function compileFolders(
  folders: readonly DocumentFolder[],
  { env, variables }: CompileOptions,
): Promise<CompiledFolders> {
  const { compileLibrary } = await import('../library.ts');
  const language = await loadLanguage();
  const compiled = folders.map((folder) => {
    const { diagnostics, pipelines, triggers, documents } = compileLibrary(folder.files(), language, {
      variables,
      environment: env,
    });
    const triggerNames = triggerNamesIn(folder, documents);
    return {
      folder,
      findings: findingsIn(folder, diagnostics),
      pipelines: pipelines.filter(({ file }) => folder.named.has(file)),
      triggers: triggers.filter(({ name }) => triggerNames.has(name)),
      documents,
    };
  });
  return { language, folders: compiled, files: folders.reduce((sum, { named }) => sum + named.size, 0) };
}

/** Of the files that were named. */
function triggerNamesIn({ named }: DocumentFolder, documents: Library['documents']): ReadonlySet<string> {
  const files = [...documents].filter(([file]) => named.has(file));
  const triggers = files.flatMap(([, all]) => all.filter(({ kind }) => kind === 'Trigger'));
  return new Set(triggers.flatMap(({ value }) => nameOf(value) ?? []));
}
