import type { LoadedDocuments } from './api/get-health.ts';
import type { NodeKind } from './nodes/node-kind.ts';
import { compilePipeline } from './pipeline/compile.ts';
import type { Diagnostic } from './pipeline/diagnostic.ts';
import { parseDocuments } from './pipeline/documents.ts';
import type { StepCatalog } from './pipeline/node-definition.ts';
import type { Plan } from './pipeline/plan.ts';
import { planHash } from './pipeline/plan-hash.ts';
import { compileSchema } from './triggers/json-schema.ts';
import { loadTriggers } from './triggers/load-triggers.ts';
import type { StartablePipeline, Trigger } from './triggers/trigger.ts';

export interface SourceFile {
  /** As diagnostics name it. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** The user's documents, compiled. What is broken is left out and told; the others work. */
export interface Library extends LoadedDocuments {
  readonly pipelines: readonly StartablePipeline[];
  readonly triggers: readonly Trigger[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface Language {
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly steps: StepCatalog;
}

/** Compiles all pipelines first, then the triggers that start them. Pure. */
export function compileLibrary(files: readonly SourceFile[], { kinds, steps }: Language): Library {
  const compiled = files
    .filter((file) => !holdsOnlyTriggers(file))
    .map(({ content, name }) => ({ name, ...compilePipeline(content, name, { kinds: kinds.values(), steps }) }));
  const conflicts = nameConflicts(compiled, files);
  const pipelines = compiled.flatMap(({ name, plan }) =>
    plan === undefined || conflicts.some(({ file }) => file === name) ? [] : [startable(name, plan)],
  );
  const triggers = loadTriggers(
    files.filter(holdsTriggers).map(({ name, content }) => ({ file: name, content })),
    { pipelines },
  );
  // A file with both is parsed for both: what is wrong with its YAML is told once.
  const told = new Map(
    [...compiled.flatMap(({ diagnostics }) => diagnostics), ...conflicts, ...triggers.diagnostics].map((one) => [
      textOf(one),
      one,
    ]),
  );
  return { pipelines, triggers: triggers.triggers, diagnostics: [...told.values()] };
}

interface CompiledFile {
  readonly name: string;
  readonly plan?: Plan;
}

/** A pipeline is started by its name, so a name belongs to one of them. Every place of a conflict is told, and where another one is. */
function nameConflicts(compiled: readonly CompiledFile[], files: readonly SourceFile[]): Diagnostic[] {
  return compiled.flatMap((one) => {
    const other = compiled.find(({ name, plan }) => name !== one.name && plan?.pipeline === one.plan?.pipeline);
    if (one.plan === undefined || other === undefined) return [];
    const source = files.find(({ name }) => name === one.name)?.content ?? '';
    const document = parseDocuments(source, one.name).documents.find(({ kind }) => kind === 'Pipeline');
    return [
      {
        code: 'pipeline_conflict',
        severity: 'error',
        file: one.name,
        position: document?.positionOf(['metadata', 'name']) ?? { line: 1, column: 1 },
        message: `The pipeline name '${one.plan.pipeline}' is used twice; the other is in ${other.name}.`,
        remedy: 'Give each pipeline a name of its own.',
      },
    ];
  });
}

function textOf({ code, file, position, message }: Diagnostic): string {
  return JSON.stringify([code, file, position.line, position.column, message]);
}

function kindsIn({ content, name }: SourceFile): readonly (string | undefined)[] {
  return parseDocuments(content, name).documents.map(({ kind }) => kind);
}

function holdsTriggers(file: SourceFile): boolean {
  return kindsIn(file).includes('Trigger');
}

function holdsOnlyTriggers(file: SourceFile): boolean {
  const kinds = kindsIn(file);
  return kinds.length > 0 && kinds.every((kind) => kind === 'Trigger');
}

function startable(file: string, plan: StartablePipeline['plan']): StartablePipeline {
  const checkInput = plan.inputSchema && compileSchema(plan.inputSchema);
  return { name: plan.pipeline, file, plan, planHash: planHash(plan), ...(checkInput === undefined ? {} : { checkInput }) };
}
