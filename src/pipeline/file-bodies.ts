import { isJsonObject } from '../json.ts';
import { type CompileContext, filesOf } from './compile-context.ts';
import { GraphCompiler } from './compile-graph.ts';
import type { FileFinding, GraphContext } from './graph-context.ts';
import { resolvePath } from './include-path.ts';
import { DEFAULT_BODY_CONCURRENCY } from './limits.ts';
import type { Macro } from './macro.ts';
import { readOrchestrator } from './orchestrator-settings.ts';
import { nodesOf } from './pipeline-head.ts';
import type { PlanBody } from './plan.ts';
import type { FilePreparation, PreparedFile } from './prepare-file.ts';

type ReportFile = (finding: FileFinding) => void;

/** Compiles the pipelines of other files that nodes name as their bodies. */
export class FileBodies {
  readonly #graphContext: GraphContext;
  readonly #context: CompileContext;
  readonly #preparation: FilePreparation;
  readonly #readMacros: (file: PreparedFile) => ReadonlyMap<string, Macro>;

  constructor(
    graphContext: GraphContext,
    context: CompileContext,
    preparation: FilePreparation,
    readMacros: (file: PreparedFile) => ReadonlyMap<string, Macro>,
  ) {
    this.#graphContext = graphContext;
    this.#context = context;
    this.#preparation = preparation;
    this.#readMacros = readMacros;
  }

  /** The context for graphs of a file, which finds bodies relative to it. `chain`: the files it is a body within. */
  within(path: string, chain: readonly string[] = [], macros = this.#graphContext.macros): GraphContext {
    const files = [...chain, path];
    if (this.#context.readFile === undefined) return { ...this.#graphContext, macros };
    return {
      ...this.#graphContext,
      macros,
      fileBody: (written, locals, report) => this.#body(written, locals, files, report),
    };
  }

  #body(written: string, locals: ReadonlySet<string>, chain: readonly string[], report: ReportFile): PlanBody | undefined {
    const resolved = resolvePath(written, chain.at(-1) ?? '');
    if ('code' in resolved) {
      report(resolved);
      return undefined;
    }
    const { path } = resolved;
    if (chain.includes(path)) {
      const way = [...chain.slice(chain.indexOf(path)), path].join(' → ');
      report({ code: 'body_cycle', message: `These files are bodies of each other: ${way}.`, remedy: 'Remove one of them.' });
      return undefined;
    }
    const content = filesOf(this.#context).read(path);
    if (content === undefined) {
      const remedy = 'Check the path; it starts at the folder of this file.';
      report({ code: 'body_not_found', message: `There is no pipeline file '${written}'.`, remedy });
      return undefined;
    }
    const prepared = this.#preparation.prepare({ content, path, name: filesOf(this.#context).nameOf(path), isOther: true });
    if (prepared.pipeline === undefined) {
      report({
        code: 'body_invalid',
        message: `'${written}' holds no pipeline.`,
        remedy: "Name a file with a 'kind: Pipeline'.",
      });
      return undefined;
    }
    return this.#compile(prepared, path, locals, chain);
  }

  #compile(prepared: PreparedFile, path: string, locals: ReadonlySet<string>, chain: readonly string[]): PlanBody | undefined {
    if (prepared.pipeline === undefined) return undefined;
    const { document, report } = prepared.pipeline;
    const { spec } = document.value;
    const settings = readOrchestrator(isJsonObject(spec) ? spec['orchestrator'] : undefined, report, undefined);
    const macros = new Map([...(this.#graphContext.macros ?? []), ...this.#readMacros(prepared)]);
    const { nodes } = new GraphCompiler(this.within(path, chain, macros), {
      inputFields: undefined,
      defaultTimeoutMs: settings.default_node_timeout ?? undefined,
      locals,
    }).compile({ values: nodesOf(document, report), path: ['spec', 'nodes'], report });
    return { nodes, result: 'map', maxConcurrentNodes: settings.max_concurrent_nodes ?? DEFAULT_BODY_CONCURRENCY };
  }
}
