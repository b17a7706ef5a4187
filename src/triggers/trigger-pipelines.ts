import { posix } from 'node:path';
import { isJsonArray, type JsonObject, type JsonValue } from '../json.ts';
import type { Path } from '../pipeline/documents.ts';
import { didYouMean } from '../pipeline/near-match.ts';
import type { StartablePipeline, Trigger } from './trigger.ts';
import { type Report, shorten } from './trigger-report.ts';

const REMEDY = "Name a pipeline or its file: 'pipeline: order'.";

/** Reads which pipelines a trigger starts: `pipeline`, or `pipelines` for its events to choose from. `file` is the trigger's own. */
export function readPipelines(
  spec: JsonObject,
  file: string,
  known: readonly StartablePipeline[],
  report: Report,
): Pick<Trigger, 'pipeline' | 'alternatives'> | undefined {
  const { pipeline: single, pipelines: several } = spec;
  if (several === undefined) {
    const pipeline = findPipeline(single, ['pipeline'], file, known, report);
    return pipeline && { pipeline };
  }
  if (single !== undefined) {
    const message = "'spec.pipeline' and 'spec.pipelines' exclude each other.";
    report({ code: 'field_conflict', path: ['pipelines'], message, remedy: 'Keep one of them.' });
    return undefined;
  }
  if (!isJsonArray(several) || several.length === 0) {
    const remedy = "Name each: 'pipelines: [order, refund]'.";
    report({ code: 'field_type', path: ['pipelines'], message: "'spec.pipelines' must be a list of pipelines.", remedy });
    return undefined;
  }
  const found = several.map((reference, index) => findPipeline(reference, ['pipelines', index], file, known, report));
  for (const [index, pipeline] of found.entries()) {
    if (pipeline === undefined || found.indexOf(pipeline) === index) continue;
    const message = `The pipeline '${pipeline.name}' is listed twice.`;
    report({ code: 'pipeline_duplicate', path: ['pipelines', index], message, remedy: 'Remove one of them.' });
  }
  const [pipeline, ...alternatives] = found.filter((one) => one !== undefined);
  return pipeline && { pipeline, alternatives };
}

/** By name, by path, or by path from the trigger's own folder. */
function findPipeline(
  reference: JsonValue | undefined,
  path: Path,
  file: string,
  known: readonly StartablePipeline[],
  report: Report,
): StartablePipeline | undefined {
  if (typeof reference !== 'string' || reference === '') {
    const place = `spec.${path.join('.')}`;
    report({ code: 'field_missing', path, message: `'${place}' is missing or no text.`, remedy: REMEDY });
    return undefined;
  }
  const files = [posix.normalize(reference), posix.join(posix.dirname(file), reference)];
  const found = known.filter((candidate) => candidate.name === reference || files.includes(posix.normalize(candidate.file)));
  if (found[0] !== undefined) return found.find(({ name }) => name === reference) ?? found[0];
  const near = didYouMean(
    reference,
    known.flatMap((candidate) => [candidate.name, candidate.file]),
  );
  report({
    code: 'pipeline_unknown',
    path,
    message: `There is no pipeline '${shorten(reference)}', or it was refused.`,
    remedy: near ?? 'Check the name, and the diagnostics of the pipelines.',
  });
  return undefined;
}
