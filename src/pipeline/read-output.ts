import type { NameUse } from '../expression/names.ts';
import { parsePath } from '../expression/path.ts';
import { isTemplate, namesInTemplate, parseTemplate } from '../expression/template.ts';
import type { CompiledGraph } from './compile-graph.ts';
import type { Path } from './documents.ts';
import { didYouMean } from './near-match.ts';
import { renameUses } from './rename-instances.ts';
import type { Report } from './report.ts';

type Output = Readonly<Record<string, string>>;

const INSERTED_PATH = /^\s*\{\{([^{}|]*)\}\}\s*$/;

/**
 * `spec.output` as the plan keeps it: alias → path or template. A template that is one path alone is that path, so that its value
 * keeps its type.
 */
export function readOutput(output: Output, graph: CompiledGraph, report: Report): Output {
  return Object.fromEntries(
    Object.entries(output).map(([alias, written]) => {
      const path = ['spec', 'output', alias];
      const text = INSERTED_PATH.exec(written)?.[1]?.trim() ?? written;
      const uses = isTemplate(text) ? templateUses(text, path, report) : pathUses(text, path, report);
      for (const use of uses) checkNode(use, graph.names, path, report);
      return [alias, renameUses({ text, path, report }, uses, graph.resultsOf)];
    }),
  );
}

function pathUses(text: string, path: Path, report: Report): readonly NameUse[] {
  const root = parsePath(text)?.root;
  if (root !== undefined) return [{ name: root, offset: 0 }];
  const remedy = 'Write a node, node.path, or a text with {{ node.path }}.';
  report.error(path, { code: 'output_invalid', message: `'${text}' is not a path.`, remedy });
  return [];
}

function templateUses(text: string, path: Path, report: Report): readonly NameUse[] {
  const template = parseTemplate(text);
  for (const { text: verbatim, offset } of template.verbatim) {
    const message = `'${verbatim}' is no path with filters.`;
    report.errorWithin(path, offset, {
      code: 'output_invalid',
      message,
      remedy: 'Write {{ node.path }} or {{ node.path | filter }}.',
    });
  }
  return namesInTemplate(template);
}

function checkNode({ name, offset }: NameUse, nodes: ReadonlySet<string>, path: Path, report: Report): void {
  if (nodes.has(name)) return;
  const remedy = didYouMean(name, nodes) ?? 'Name a node of this pipeline.';
  report.errorWithin(path, offset, { code: 'reference_unknown', message: `There is no node '${name}'.`, remedy });
}
