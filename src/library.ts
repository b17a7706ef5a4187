import type { LoadedDocuments } from './api/get-health.ts';
import type { ApiPipeline } from './api/start-run.ts';
import type { NodeKind } from './nodes/node-kind.ts';
import { compilePipeline } from './pipeline/compile.ts';
import type { Diagnostic } from './pipeline/diagnostic.ts';
import { parseDocuments } from './pipeline/documents.ts';
import type { StepCatalog } from './pipeline/node-definition.ts';
import { planHash } from './pipeline/plan-hash.ts';
import { compileSchema } from './triggers/json-schema.ts';
import { loadTriggers } from './triggers/load-triggers.ts';
import type { Trigger } from './triggers/trigger.ts';

export interface SourceFile {
  /** As diagnostics name it. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** The user's documents, compiled. What is broken is left out and told; the others work. */
export interface Library extends LoadedDocuments {
  readonly pipelines: readonly ApiPipeline[];
  readonly triggers: readonly Trigger[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Language {
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly steps: StepCatalog;
}

/** Compiles all pipelines first, then the triggers that start them. Pure. */
export function compileLibrary(files: readonly SourceFile[], language: Language): Library {
  const diagnostics: Diagnostic[] = [];
  const kinds = [...language.kinds.values()];
  const triggerFiles = files.filter((file) => isTriggerFile(file));
  const pipelines = files
    .filter((file) => !triggerFiles.includes(file))
    .flatMap((file) => {
      const compiled = compilePipeline(file.content, file.name, { kinds, steps: language.steps });
      diagnostics.push(...compiled.diagnostics);
      return compiled.plan === undefined ? [] : [startable(file.name, compiled.plan)];
    });
  const triggers = loadTriggers(
    triggerFiles.map(({ name, content }) => ({ file: name, content })),
    { pipelines },
  );
  return { pipelines, triggers: triggers.triggers, diagnostics: [...diagnostics, ...triggers.diagnostics] };
}

function isTriggerFile({ content, name }: SourceFile): boolean {
  return parseDocuments(content, name).documents.some(({ kind }) => kind === 'Trigger');
}

function startable(file: string, plan: ApiPipeline['plan']): ApiPipeline {
  const checkInput = plan.inputSchema && compileSchema(plan.inputSchema);
  return { name: plan.pipeline, file, plan, planHash: planHash(plan), ...(checkInput === undefined ? {} : { checkInput }) };
}
