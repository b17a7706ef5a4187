import type { EventContent } from './event.ts';
import { type Reading, read, refuse } from './rejection.ts';
import type { StartablePipeline, Trigger } from './trigger.ts';

/** The application property by which a sender names the pipeline: `name` or `name@version`. */
const PROPERTY = 'pipeline';

/** The pipeline that the event names, which must be one of its trigger's; without a name, the trigger's first. */
export function choosePipeline({ properties }: EventContent, trigger: Trigger): Reading<StartablePipeline> {
  const wanted = properties[PROPERTY] ?? null;
  if (wanted === null) return read(trigger.pipeline);
  const known = [trigger.pipeline, ...(trigger.alternatives ?? [])];
  const [name, version] = typeof wanted === 'string' ? splitVersion(wanted) : [undefined, undefined];
  const pipeline = known.find((candidate) => candidate.name === name);
  if (pipeline === undefined) {
    const names = known.map((candidate) => candidate.name).join(', ');
    const message = `The property '${PROPERTY}' names no pipeline of the trigger '${trigger.name}'`;
    return refuse('pipeline_unknown', `${message}; send one of ${names}, or leave the property out.`);
  }
  const deployed = pipeline.plan.version;
  if (version === undefined || version === deployed) return read(pipeline);
  const message = `The property '${PROPERTY}' names a version of '${pipeline.name}' that is not deployed`;
  const remedy = `deploy that version, or send '${pipeline.name}' for the one that is`;
  const state = deployed === undefined ? 'the deployed one has no version' : `version ${deployed} is`;
  return refuse('pipeline_version_missing', `${message}, ${state}; ${remedy}.`);
}

/** Whether the event itself says which pipeline it is for. */
export function namesPipeline({ properties }: EventContent): boolean {
  return (properties[PROPERTY] ?? null) !== null;
}

function splitVersion(text: string): [name: string, version: string | undefined] {
  const at = text.indexOf('@');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
