import type { LoadedDocuments } from './api/get-health.ts';
import type { NodeKind } from './nodes/node-kind.ts';
import { OWN_FUNCTIONS } from './own-functions.ts';
import { type Catalog, type CompileContext, compilePipeline } from './pipeline/compile.ts';
import type { Diagnostic } from './pipeline/diagnostic.ts';
import { type ParsedDocuments, parseDocuments, type SourceDocument } from './pipeline/documents.ts';
import { nameOf } from './pipeline/envelope.ts';
import type { Plan } from './pipeline/plan.ts';
import { planHash } from './pipeline/plan-hash.ts';
import { readInput } from './triggers/json-schema.ts';
import { loadTriggers } from './triggers/load-triggers.ts';
import type { StartablePipeline, Trigger } from './triggers/trigger.ts';

export interface SourceFile {
  /** As diagnostics name it: its path from the folder of documents, with `/` between names. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** The user's documents, compiled. What is broken is left out and told; the others work. */
export interface Library extends LoadedDocuments {
  readonly pipelines: readonly StartablePipeline[];
  readonly triggers: readonly Trigger[];
  readonly diagnostics: readonly Diagnostic[];
  /** The documents of each file, by its name. */
  readonly documents: ReadonlyMap<string, readonly SourceDocument[]>;
}

export interface Language extends Omit<Catalog, 'kinds'> {
  readonly kinds: ReadonlyMap<string, NodeKind>;
}

/** What documents may depend on besides each other. */
export type BuildSettings = Pick<CompileContext, 'variables' | 'environment'>;

/**
 * Compiles all pipelines first, then the triggers that start them. Files in subfolders (`shared/steps.yaml`) are there for others to
 * include or to name as a body, and `environments/<name>.yaml` for the environment of that name. Pure.
 */
export function compileLibrary(
  files: readonly SourceFile[],
  { kinds, ...language }: Language,
  settings: BuildSettings = { variables: {} },
): Library {
  const contents = new Map(files.map(({ name, content }) => [name, content]));
  const parsed = files.filter(({ name }) => !name.includes('/')).map(parseFile);
  const context: CompileContext = {
    ...settings,
    readFile: (path) => contents.get(path),
    pipelines: new Set(parsed.flatMap(pipelineNames)),
  };
  const catalog = { ...language, kinds: [...kinds.values()] };
  const compiled = parsed
    .filter((file) => !holdsOnlyTriggers(file))
    .map((file) => ({ name: file.name, ...compilePipeline(file, file.name, catalog, context) }));
  const conflicts = nameConflicts(compiled, parsed);
  const pipelines = compiled.flatMap(({ name, plan }) =>
    plan === undefined || conflicts.some(({ file }) => file === name) ? [] : [startable(name, plan)],
  );
  const triggers = loadTriggers(
    parsed.filter(holdsTriggers).map(({ name, content }) => ({ file: name, content })),
    { pipelines, reserved: OWN_FUNCTIONS, settings: settings.variables ?? {} },
  );
  // A file with both is parsed for both, and a file may be included by several: what is wrong with its YAML is told once.
  const told = new Map(
    [...compiled.flatMap(({ diagnostics }) => diagnostics), ...conflicts, ...triggers.diagnostics].map((one) => [
      textOf(one),
      one,
    ]),
  );
  const documents = new Map(parsed.map((file) => [file.name, file.documents]));
  return { pipelines, triggers: triggers.triggers, diagnostics: [...told.values()], documents };
}

type ParsedFile = SourceFile & ParsedDocuments;

function parseFile(file: SourceFile): ParsedFile {
  return { ...file, ...parseDocuments(file.content, file.name) };
}

interface CompiledFile {
  readonly name: string;
  readonly plan?: Plan;
}

/** A pipeline is started by its name, so a name belongs to one of them. Every place of a conflict is told, and where another one is. */
function nameConflicts(compiled: readonly CompiledFile[], files: readonly ParsedFile[]): Diagnostic[] {
  return compiled.flatMap((one) => {
    const other = compiled.find(({ name, plan }) => name !== one.name && plan?.pipeline === one.plan?.pipeline);
    if (one.plan === undefined || other === undefined) return [];
    const document = files.find(({ name }) => name === one.name)?.documents.find(isPipeline);
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

/** What the pipelines of a file are called, whether they compile or not. */
export function pipelineNames({ documents }: ParsedDocuments): readonly string[] {
  return documents.filter(isPipeline).flatMap(({ value }) => nameOf(value) ?? []);
}

function isPipeline({ kind }: SourceDocument): boolean {
  return kind === 'Pipeline';
}

function textOf({ code, file, position, message }: Diagnostic): string {
  return JSON.stringify([code, file, position.line, position.column, message]);
}

function holdsTriggers({ documents }: ParsedFile): boolean {
  return documents.some(({ kind }) => kind === 'Trigger');
}

function holdsOnlyTriggers({ documents }: ParsedFile): boolean {
  return documents.length > 0 && documents.every(({ kind }) => kind === 'Trigger');
}

/** A compiled pipeline with what starting it needs. */
export function startable(file: string, plan: Plan): StartablePipeline {
  const { inputSchema } = plan;
  return {
    name: plan.pipeline,
    file,
    plan,
    planHash: planHash(plan),
    ...(inputSchema === undefined ? {} : { readInput: (input) => readInput(inputSchema, input) }),
  };
}
