import { isJsonObject } from '../json.ts';
import type { Catalog } from './catalog.ts';
import { type CompileContext, filesOf } from './compile-context.ts';
import { GraphCompiler } from './compile-graph.ts';
import { readDeclaredNames } from './declared-names.ts';
import { readDefinitions } from './definitions.ts';
import type { FileFinding, GraphContext } from './graph-context.ts';
import type { SourceFiles } from './include.ts';
import { resolvePath } from './include-path.ts';
import { DEFAULT_BODY_CONCURRENCY } from './limits.ts';
import type { Macro } from './macro.ts';
import { readOrchestrator } from './orchestrator-settings.ts';
import { nodesOf } from './pipeline-head.ts';
import type { PlanBody } from './plan.ts';
import type { FilePreparation, PreparedFile } from './prepare-file.ts';

type ReportFile = (finding: FileFinding) => void;

export interface FileBodyOptions {
  readonly context: CompileContext;
  readonly catalog: Catalog;
  readonly preparation: FilePreparation;
  readonly readMacros: (file: PreparedFile) => ReadonlyMap<string, Macro>;
}

/** Compiles the pipelines of other files that nodes name as their bodies. */
export class FileBodies {
  readonly #graphContext: GraphContext;
  readonly #options: FileBodyOptions;
  readonly #files: SourceFiles;

  constructor(graphContext: GraphContext, options: FileBodyOptions) {
    this.#graphContext = graphContext;
    this.#options = options;
    this.#files = filesOf(options.context);
  }

  /** The context for graphs of a file, which finds bodies relative to it. `chain`: the files it is a body within. */
  within(path: string, chain: readonly string[] = [], own: Partial<GraphContext> = {}): GraphContext {
    const files = [...chain, path];
    const context = { ...this.#graphContext, ...own };
    if (this.#options.context.readFile === undefined) return context;
    return { ...context, fileBody: (written, locals, report) => this.#body(written, locals, files, report) };
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
    const content = this.#files.read(path);
    if (content === undefined) {
      const remedy = 'Check the path; it starts at the folder of this file.';
      report({ code: 'body_not_found', message: `There is no pipeline file '${written}'.`, remedy });
      return undefined;
    }
    const prepared = this.#options.preparation.prepare({ content, path, name: this.#files.nameOf(path), isOther: true });
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
    const spec = isJsonObject(document.value['spec']) ? document.value['spec'] : {};
    const settings = readOrchestrator(spec['orchestrator'], report, undefined);
    const names = readDeclaredNames(spec, this.#options.catalog.kinds, report);
    const macros = new Map([...(this.#graphContext.macros ?? []), ...this.#options.readMacros(prepared)]);
    const scopedPorts = this.#graphContext.scopedPorts?.within(readDefinitions(prepared.definitions, this.#options.catalog));
    const { nodes } = new GraphCompiler(this.within(path, chain, { ...names, macros, scopedPorts }), {
      inputFields: undefined,
      defaultTimeoutMs: settings.default_node_timeout ?? undefined,
      locals,
    }).compile({ values: nodesOf(document, report), path: ['spec', 'nodes'], report });
    return { nodes, result: 'map', maxConcurrentNodes: settings.max_concurrent_nodes ?? DEFAULT_BODY_CONCURRENCY };
  }
}
