import { posix } from 'node:path';
import type { AppLanguage } from '../adapters/create-language.ts';
import { isJsonObject } from '../json.ts';
import { startable } from '../library.ts';
import { type CompileContext, compilePipeline } from '../pipeline/compile.ts';
import type { Diagnostic } from '../pipeline/diagnostic.ts';
import { parseDocuments, type SourceDocument } from '../pipeline/documents.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import type { StartablePipeline } from '../triggers/trigger.ts';
import type { PipelineFiles } from './pipeline-files.ts';

export type CompileSettings = Pick<CompileContext, 'variables' | 'environment'>;

export interface CompiledSource {
  /** Absent if it does not compile. */
  readonly pipeline?: StartablePipeline;
  /** All that a run of it can start, by name: the pipelines of the files beside it, and itself. */
  readonly pipelines: ReadonlyMap<string, StartablePipeline>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles a pipeline, and those beside it if its nodes start any. */
export function compileSource(files: PipelineFiles, language: AppLanguage, settings: CompileSettings): CompiledSource {
  const compiler = new SourceCompiler(files, language, settings);
  const { plan, diagnostics } = compiler.compile(files.main, files.content);
  if (plan === undefined) return { pipelines: new Map(), diagnostics };
  const pipeline = startable(files.main, plan);
  const others = startsOthers(plan.nodes) ? compiler.neighbours() : [];
  return { pipeline, pipelines: new Map([...others, pipeline].map((one) => [one.name, one])), diagnostics };
}

class SourceCompiler {
  readonly #files: PipelineFiles;
  readonly #catalog;
  readonly #context: CompileContext;
  readonly #neighbours: ReadonlyMap<string, string | Uint8Array>;

  constructor(files: PipelineFiles, { kinds, ...language }: AppLanguage, settings: CompileSettings) {
    this.#files = files;
    this.#catalog = { ...language, kinds: [...kinds.values()] };
    const neighbours = new Map(files.neighbours().flatMap((path) => withContent(path, files)));
    const pipelines = [files.content, ...neighbours.values()].flatMap(pipelineNames);
    this.#neighbours = neighbours;
    this.#context = {
      ...settings,
      readFile: (path) => files.read(path),
      pipelines: new Set(pipelines),
      ...(files.root === '' ? {} : { root: files.root }),
    };
  }

  compile(file: string, content: string | Uint8Array) {
    return compilePipeline(content, file, this.#catalog, this.#context);
  }

  /** Those that compile. */
  neighbours(): readonly StartablePipeline[] {
    return [...this.#neighbours].flatMap(([path, content]) => {
      if (pipelineNames(content).length === 0) return [];
      const file = posix.join(this.#files.root, path);
      const { plan } = this.compile(file, content);
      return plan === undefined ? [] : [startable(file, plan)];
    });
  }
}

function withContent(path: string, files: PipelineFiles): readonly (readonly [string, string | Uint8Array])[] {
  const content = files.read(path);
  return content === undefined ? [] : [[path, content]];
}

function pipelineNames(content: string | Uint8Array): readonly string[] {
  return parseDocuments(content, '')
    .documents.filter(({ kind }) => kind === 'Pipeline')
    .flatMap(nameOf);
}

function nameOf({ value: { metadata } }: SourceDocument): readonly string[] {
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? [name] : [];
}

function startsOthers(nodes: readonly PlanNode[]): boolean {
  return nodes.some(
    ({ kind, bodies = {} }) => kind === 'pipeline_node' || Object.values(bodies).some((body) => startsOthers(body.nodes)),
  );
}
