import { isJsonObject } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { SourceDocument } from './documents.ts';
import { environmentNames } from './environment.ts';
import { didYouMean } from './near-match.ts';
import { Report } from './report.ts';

/** Documents that pipelines of the same file use. */
export const DEFINITION_KINDS: ReadonlySet<string> = new Set(['Macro', 'Adapter', 'Middleware', 'Config']);
const KINDS = ['Pipeline', 'Trigger', ...DEFINITION_KINDS];
const DEFAULT_NAMESPACE = 'default';

/**
 * The pipeline of a file: the first one; or with an environment the first whose `metadata.namespace` is that environment, or else
 * the first without a namespace. A namespace that all pipelines of the file share distinguishes nothing.
 */
export function choosePipeline(
  documents: readonly SourceDocument[],
  environment: string | undefined,
  diagnostics: Diagnostics,
): SourceDocument | undefined {
  const pipelines = documents.filter((document) => isPipeline(document, new Report(document, diagnostics)));
  const [first] = pipelines;
  if (first === undefined) {
    reportUnusedDefinitions(documents, diagnostics);
    return undefined;
  }
  const chosen = environment === undefined ? first : chooseFor(environment, pipelines, new Report(first, diagnostics));
  if (chosen === undefined) return undefined;
  for (const document of pipelines) {
    const isForAnother = environment !== undefined && namespaceOf(document) !== namespaceOf(chosen);
    if (document !== chosen && !isForAnother) reportUnused(document, diagnostics);
  }
  return chosen;
}

function chooseFor(environment: string, pipelines: readonly SourceDocument[], report: Report): SourceDocument | undefined {
  const names = [...environmentNames(environment), DEFAULT_NAMESPACE];
  const matching = names.map((name) => pipelines.find((document) => namespaceOf(document) === name));
  const chosen = matching.find((document) => document !== undefined);
  if (chosen !== undefined) return chosen;
  const namespaces = [...new Set(pipelines.map(namespaceOf))];
  const isOnly = namespaces.length === 1;
  const finding = {
    code: 'environment_unknown',
    message: `No pipeline of this file is for the environment '${environment}'${isOnly ? '; this one is used' : ''}.`,
    remedy: didYouMean(environment, namespaces) ?? `There are: ${namespaces.join(', ')}.`,
  };
  if (!isOnly) report.error(['metadata', 'namespace'], finding);
  else report.warning(['metadata', 'namespace'], finding);
  return isOnly ? pipelines[0] : undefined;
}

function isPipeline({ kind, value }: SourceDocument, report: Report): boolean {
  if (kind === 'Pipeline') return true;
  if (kind === 'Trigger' || (kind !== undefined && DEFINITION_KINDS.has(kind))) return false;
  if (kind === undefined) {
    const code = Object.hasOwn(value, 'kind') ? 'type_string' : 'field_missing';
    report.error(['kind'], { code, message: "A document needs a 'kind'.", remedy: "Write 'kind: Pipeline'." });
    return false;
  }
  if (kind === 'System') {
    const message = 'Documents of kind System are not supported: pipelines run as runs of their own here.';
    const remedy = "Give each pipeline a trigger, or let one call another with a 'pipeline_node'.";
    report.error(['kind'], { code: 'kind_not_supported', message, remedy });
    return false;
  }
  const remedy = didYouMean(kind, KINDS) ?? "Write 'kind: Pipeline'.";
  // hexDAG takes any kind for a pipeline that has nodes.
  const hasNodes = isJsonObject(value['spec']) && Array.isArray(value['spec']['nodes']);
  const finding = {
    code: 'kind_unknown',
    message: `There is no kind '${kind}'${hasNodes ? '; it is read as Pipeline' : ''}.`,
    remedy,
  };
  if (hasNodes) report.warning(['kind'], finding);
  else report.error(['kind'], finding);
  return hasNodes;
}

function namespaceOf({ value }: SourceDocument): string {
  const metadata = value['metadata'];
  const namespace = isJsonObject(metadata) ? metadata['namespace'] : undefined;
  return typeof namespace === 'string' ? namespace : DEFAULT_NAMESPACE;
}

function reportUnused(document: SourceDocument, diagnostics: Diagnostics): void {
  const namespace = namespaceOf(document);
  const elsewhere = 'Move this one to a file of its own.';
  new Report(document, diagnostics).warning(['kind'], {
    code: 'multiple_documents',
    message: 'Only the first pipeline of a file is used.',
    remedy:
      namespace === DEFAULT_NAMESPACE ? elsewhere : `Build for the environment '${namespace}' to use this one. ${elsewhere}`,
  });
}

function reportUnusedDefinitions(documents: readonly SourceDocument[], diagnostics: Diagnostics): void {
  for (const document of documents) {
    if (document.kind === undefined || !DEFINITION_KINDS.has(document.kind)) continue;
    const message = `This ${document.kind} is used by no pipeline: definitions count within their own file.`;
    const remedy = 'Put it into the file of the pipeline that uses it, before a line of three dashes.';
    new Report(document, diagnostics).warning(['kind'], { code: 'definition_unused', message, remedy });
  }
}
