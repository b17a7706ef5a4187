import { isJsonObject, type JsonValue } from '../json.ts';
import { BuildTemplateError, isBuildTemplate, type RenderBudget, renderBuildTemplate } from './build-template.ts';
import type { Path, SourceDocument } from './documents.ts';
import { mapTexts } from './map-texts.ts';
import { plainScalar } from './plain-scalar.ts';
import type { Report } from './report.ts';
import type { Substitution } from './variables.ts';

/** Renders the templates of a pipeline that are its author's: all texts but those that the run reads. Its own values are their scope. */
export function renderDocument({ value }: SourceDocument, budget: RenderBudget, report: Report): Substitution {
  const rewritten = new Set<string>();
  const render = (text: string, path: Path): JsonValue => {
    if (!isBuildTemplate(text)) return text;
    try {
      const rendered = renderBuildTemplate(text, value, { undefined: 'empty', budget });
      rewritten.add(JSON.stringify(path));
      return plainScalar(rendered);
    } catch (error) {
      if (!(error instanceof BuildTemplateError)) throw error;
      const remedy = 'It is rendered when the pipeline is compiled: use values of this document, or {% raw %} to keep the text.';
      report.voidWithin([...path], error.offset, { code: error.code, message: error.message, remedy });
      return text;
    }
  };
  const rendered = mapTexts(value, render, (path) => !isReadByRun(path));
  return { value: isJsonObject(rendered) ? rendered : value, rewritten };
}

function isReadByRun(path: Path): boolean {
  const [top, key, , inNode] = path;
  if (path.at(-1) === 'outputs') return true;
  return (
    top === 'spec' && ((key === 'output' && path.length === 2) || (key === 'nodes' && inNode === 'spec' && path.length === 4))
  );
}
