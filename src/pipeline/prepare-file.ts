import { RenderBudget } from './build-template.ts';
import { choosePipeline, DEFINITION_KINDS } from './choose-document.ts';
import { type CompileContext, filesOf } from './compile-context.ts';
import type { Definition } from './definitions.ts';
import type { Diagnostics } from './diagnostics.ts';
import { renderDocument } from './document-templates.ts';
import { type ParsedDocuments, type Path, parseDocuments, type SourceDocument } from './documents.ts';
import { applyEnvironment, environmentNames, type OriginDocument } from './environment.ts';
import { IncludeExpander } from './include.ts';
import { Report } from './report.ts';
import { viewOf } from './source-view.ts';
import {
  type IsSecret,
  isAdapterConfig,
  isMacroConfig,
  isPipelineConfig,
  readSecrets,
  substituteVariables,
} from './variables.ts';

export interface PipelineFile {
  readonly content: string | Uint8Array | ParsedDocuments;
  /** From the root. */
  readonly path: string;
  /** As diagnostics name it. */
  readonly name: string;
  /** Whether it is another than the one that is compiled, such as the body of a node. */
  readonly isOther: boolean;
}

/** A file whose pipeline is ready to be read: nothing of it stands elsewhere or is still to be filled in. */
export interface PreparedFile {
  readonly pipeline: Definition | undefined;
  readonly definitions: readonly Definition[];
  readonly macros: readonly Definition[];
}

/** Where definitions may refer to secrets. */
const ALLOWS_SECRET: Readonly<Record<string, (path: Path) => boolean>> = { Adapter: isAdapterConfig, Macro: isMacroConfig };

/** Environments name files. */
const ENVIRONMENT_NAME = /^[A-Za-z0-9_-]+$/;

/**
 * What happens to a file before its nodes are looked at, in this order: includes, the choice of the pipeline, its environment,
 * variables, build-time templates. Definitions get includes and variables only.
 */
export class FilePreparation {
  readonly #context: CompileContext;
  readonly #diagnostics: Diagnostics;
  readonly #includes: IncludeExpander;
  readonly #rendering = new RenderBudget();
  /** What the file that is compiled calls secrets. */
  #isSecret: IsSecret | undefined;

  constructor(context: CompileContext, diagnostics: Diagnostics) {
    this.#context = context;
    this.#diagnostics = diagnostics;
    this.#includes = new IncludeExpander(filesOf(context), diagnostics);
  }

  prepare({ content, path, name, isOther }: PipelineFile): PreparedFile {
    const documents = this.#read(content, path, name, isOther);
    const origins = new Map(documents.map((one) => [one.document, one]));
    const chosen = choosePipeline([...origins.keys()], this.#context.environment, this.#diagnostics);
    const source = chosen === undefined ? undefined : origins.get(chosen);
    const isSecret = readSecrets(chosen, this.#diagnostics, this.#isSecret);
    this.#isSecret ??= isSecret;
    const definitions = documents
      .filter(({ document: { kind = '' } }) => DEFINITION_KINDS.has(kind))
      .map((one) => this.#substitute(one, isSecret, ALLOWS_SECRET[one.document.kind ?? ''] ?? (() => false)));
    return {
      pipeline: source === undefined ? undefined : this.#pipeline(source, isSecret),
      definitions: definitions.filter(({ document }) => document.kind !== 'Macro'),
      macros: definitions.filter(({ document }) => document.kind === 'Macro'),
    };
  }

  #read(content: PipelineFile['content'], path: string, shownName: string, isOther: boolean): readonly OriginDocument[] {
    const isParsed = typeof content === 'object' && 'documents' in content;
    const { documents, diagnostics } = isParsed ? content : parseDocuments(content, shownName);
    this.#diagnostics.addAll(diagnostics);
    return documents.map((document) => {
      if (document.kind === 'Trigger') return { document, origin: { places: document, file: undefined, path: [] } };
      return this.#includes.expand(document, path, isOther ? shownName : undefined);
    });
  }

  #pipeline(source: OriginDocument, isSecret: IsSecret): Definition {
    const { environment } = this.#context;
    const inEnvironment = applyEnvironment(source, environment, this.#environmentFile(), this.#diagnostics);
    const { document, report } = this.#substitute(inEnvironment, isSecret, isPipelineConfig);
    const { value, rewritten } = renderDocument(document, this.#rendering, report);
    if (value === document.value) return { document, report };
    const places = { places: document, file: undefined, path: [] };
    return this.#definition(viewOf(value, places, rewritten));
  }

  /** `environments/<name>.yaml`, if there is one. */
  #environmentFile(): OriginDocument | undefined {
    const { environment, readFile } = this.#context;
    const names = environmentNames(environment).filter((name) => ENVIRONMENT_NAME.test(name));
    for (const path of names.flatMap((name) => [`environments/${name}.yaml`, `environments/${name}.yml`])) {
      const content = readFile?.(path);
      if (content !== undefined) return this.#read(content, path, filesOf(this.#context).nameOf(path), true)[0];
    }
    return undefined;
  }

  #substitute({ document, origin }: OriginDocument, isSecret: IsSecret, allowsSecret: (path: Path) => boolean): Definition {
    const { variables } = this.#context;
    const before = this.#definition(document);
    const { value, rewritten } = substituteVariables(document, { variables, isSecret, allowsSecret }, before.report);
    return value === document.value ? before : this.#definition(viewOf(value, origin, rewritten));
  }

  #definition(document: SourceDocument): Definition {
    return { document, report: new Report(document, this.#diagnostics) };
  }
}
