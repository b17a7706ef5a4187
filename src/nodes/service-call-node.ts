import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { didYouMean } from '../pipeline/near-match.ts';
import type { ReportProblem, Surroundings } from '../pipeline/node-definition.ts';
import { PermanentError } from './errors.ts';
import type { EffectNodeKind, NodeContext } from './node-kind.ts';
import type { ServiceMethod } from './node-resources.ts';
import { findParameters } from './parameters.ts';
import { PIPELINE_MEMORY } from './pipeline-memory.ts';

const schema = z.object({
  /** Name under `spec.services`. */
  service: z.string().min(1),
  /** A method of it that is a step. */
  method: z.string().min(1),
});

/** Calls a method of a service with the parameters it declares. */
export const serviceCallNode: EffectNodeKind = {
  kind: 'service_call_node',
  aliases: ['core:service_call_node'],
  schema,
  role: 'effect',
  resolve,
  run,
};

/** Which methods a service has shows only when it is made. */
function resolve(spec: JsonObject, report: ReportProblem, { services }: Surroundings): JsonObject {
  const { service } = schema.parse(spec);
  if (services === undefined || services.has(service) || service === PIPELINE_MEMORY) return spec;
  report({
    path: ['service'],
    code: 'service_unknown',
    message: `There is no service '${service}'.`,
    remedy: didYouMean(service, services) ?? `Declare it: services: {${service}: {class: …}}.`,
  });
  return spec;
}

async function run(spec: JsonObject, input: JsonValue, context: NodeContext): Promise<JsonValue> {
  const { service, method } = schema.parse(spec);
  const step = stepOf(service, method, context);
  if (!isJsonObject(input)) {
    const message = `Node '${context.node}' calls ${service}.${method} with an input that is no mapping.`;
    throw new PermanentError('input_not_a_mapping', `${message} Name the parameters in its 'input_mapping'.`);
  }
  const { params } = step;
  const { scope, mapped = new Set() } = context;
  const given = { runInput: scope('$input') ?? null, mapped };
  return step.call(params === undefined ? input : findParameters(params, input, given), context);
}

/** @throws PermanentError (`service_unknown`, `service_method_unknown`) that lists what there is */
function stepOf(name: string, method: string, { node, resources }: NodeContext): ServiceMethod {
  const service = resources.service(name);
  if (service === undefined) {
    const known = resources.services;
    const message = `Node '${node}' calls the service '${name}', which its pipeline does not declare.`;
    throw new PermanentError('service_unknown', `${message} ${remedy('services', name, known)}`);
  }
  const found = service.methods.get(method);
  if (found?.isStep === true) return found;
  const steps = [...service.methods.values()].filter(({ isStep }) => isStep).map((step) => step.name);
  const message = `Node '${node}' calls '${method}', which is no step of the service '${name}'.`;
  throw new PermanentError('service_method_unknown', `${message} ${remedy('steps', method, steps)}`);
}

function remedy(what: string, word: string, known: readonly string[]): string {
  const available = known.length === 0 ? `There are no ${what}.` : `Available ${what}: ${known.join(', ')}.`;
  return [didYouMean(word, known), available].filter((part) => part !== undefined).join(' ');
}
