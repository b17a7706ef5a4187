import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { didYouMean } from '../pipeline/near-match.ts';
import type { ReportProblem, Surroundings } from '../pipeline/node-definition.ts';
import type { EngineNodeKind } from './node-kind.ts';

const schema = z.object({
  /** Name of another deployed pipeline. */
  pipeline: z.string().min(1),
  /** Whether the node lasts until that run has ended, or only starts it. */
  wait: z.boolean().optional(),
});

/** Starts a run of another pipeline with the node's input. */
export const pipelineNode: EngineNodeKind = {
  kind: 'pipeline_node',
  aliases: ['core:pipeline_node'],
  schema,
  role: 'child',
  resolve,
};

function resolve(spec: JsonObject, report: ReportProblem, { pipeline: own, pipelines }: Surroundings): JsonObject {
  const { pipeline, wait = true } = schema.parse(spec);
  if (pipeline === own) {
    const message = `Pipeline '${own}' starts itself.`;
    const remedy = "Make sure that 'when' ends it, or use a composite_node with mode while.";
    report({ severity: 'warning', path: ['pipeline'], code: 'pipeline_recursion', message, remedy });
  } else if (pipelines !== undefined && !pipelines.has(pipeline)) {
    const remedy = didYouMean(pipeline, pipelines) ?? `Pipelines are: ${[...pipelines].slice(0, 20).join(', ')}.`;
    report({ path: ['pipeline'], code: 'pipeline_unknown', message: `There is no pipeline '${pipeline}'.`, remedy });
  }
  return { pipeline, wait };
}
