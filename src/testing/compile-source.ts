import { posix } from 'node:path';
import type { AppLanguage } from '../adapters/create-language.ts';
import { pipelineNames, startable } from '../library.ts';
import { type CompileContext, compilePipeline } from '../pipeline/compile.ts';
import type { Diagnostic } from '../pipeline/diagnostic.ts';
import { type ParsedDocuments, parseDocuments } from '../pipeline/documents.ts';
import { startsRuns } from '../run/starts-runs.ts';
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
export function compileSource(
  files: PipelineFiles,
  { kinds, ...language }: AppLanguage,
  settings: CompileSettings,
): CompiledSource {
  const main = parse(files.main, files.content);
  const neighbours = files.neighbours().flatMap((path) => {
    const content = files.read(path);
    return content === undefined ? [] : [parse(posix.join(files.root, path), content)];
  });
  const catalog = { ...language, kinds: [...kinds.values()] };
  const context: CompileContext = {
    ...settings,
    readFile: (path) => files.read(path),
    pipelines: new Set([main, ...neighbours].flatMap(pipelineNames)),
    ...(files.root === '' ? {} : { root: files.root }),
  };
  const compile = (parsed: ParsedFile) => compilePipeline(parsed, parsed.file, catalog, context);

  const { plan, diagnostics } = compile(main);
  if (plan === undefined) return { pipelines: new Map(), diagnostics };
  const pipeline = startable(main.file, plan);
  const others = startsRuns(plan.nodes) ? neighbours.filter((parsed) => pipelineNames(parsed).length > 0) : [];
  const started = others.flatMap((parsed) => {
    const { plan: other } = compile(parsed);
    return other === undefined ? [] : [startable(parsed.file, other)];
  });
  return { pipeline, pipelines: new Map([...started, pipeline].map((one) => [one.name, one])), diagnostics };
}

interface ParsedFile extends ParsedDocuments {
  readonly file: string;
}

function parse(file: string, content: string | Uint8Array): ParsedFile {
  return { file, ...parseDocuments(content, file) };
}
