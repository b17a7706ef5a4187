import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ReportProblem, Surroundings } from '../pipeline/node-definition.ts';
import { toJsonSchema } from '../pipeline/schema-form.ts';
import { problemsText } from '../schema/problem.ts';
import { readValue } from '../schema/read-value.ts';
import { checkStep } from './check-step.ts';
import { PermanentError } from './errors.ts';
import { toJsonResult } from './json-result.ts';
import type { EffectNodeKind } from './node-kind.ts';
import type { StepContext } from './step-context.ts';
import type { StepRegistry } from './steps.ts';

const schema = z.object({
  /** Name of a registered step. */
  fn: z.string().min(1),
  /** Give the step an object of its declared parameters instead of the whole input. */
  unpack_input: z.boolean().optional(),
  input_schema: z.record(z.string(), z.json()).optional(),
  output_schema: z.record(z.string(), z.json()).optional(),
});

/** Calls a step: a TypeScript function that was registered under a name. */
export function functionNode(steps: StepRegistry): EffectNodeKind {
  return {
    kind: 'function_node',
    aliases: ['core:function_node'],
    schema,
    role: 'effect',
    resolve,
    run: (spec, input, context) => runStep(steps, spec, input, context),
  };
}

function resolve(spec: JsonObject, report: ReportProblem, { steps, types }: Surroundings): JsonObject {
  const { fn, unpack_input: unpack, input_schema: input, output_schema: output } = schema.parse(spec);
  checkStep(fn, ['fn'], steps, report);
  const params = unpack === true ? steps.params(fn) : undefined;
  return {
    fn,
    ...(unpack === true ? { unpack_input: true } : {}),
    ...(params === undefined ? {} : { params }),
    ...(input === undefined ? {} : { input_schema: toJsonSchema(input, ['input_schema'], report, types) }),
    ...(output === undefined ? {} : { output_schema: toJsonSchema(output, ['output_schema'], report, types) }),
  };
}

async function runStep(steps: StepRegistry, spec: JsonObject, input: JsonValue, context: StepContext): Promise<JsonValue> {
  const name = typeof spec['fn'] === 'string' ? spec['fn'] : '';
  const step = steps.get(name);
  if (step === undefined) {
    const message = `Step '${name}' of node '${context.node}' is not registered in this build. Register it again, or redeploy the pipeline.`;
    throw new PermanentError('step_unknown', message);
  }
  const fitting = readBy(spec['input_schema'], input, 'input', context);
  const result = await step.run(spec['unpack_input'] === true ? parametersOf(spec, fitting, context) : fitting, context);
  return readBy(spec['output_schema'], toJsonResult(result), 'output', context);
}

/** The value as the node's schema makes it. */
function readBy(schema: JsonValue | undefined, value: JsonValue, what: 'input' | 'output', { node }: StepContext): JsonValue {
  if (!isJsonObject(schema)) return value;
  const reading = readValue(schema, value);
  if (reading.kind === 'ok') return reading.value;
  const message = `The ${what} of node '${node}' does not fit its schema: ${problemsText(reading)}.`;
  throw new PermanentError(`${what}_schema_violation`, message);
}

/** The declared parameters that the input has; without declared ones, all of its fields. */
function parametersOf(spec: JsonObject, input: JsonValue, context: StepContext): JsonObject {
  if (!isJsonObject(input)) {
    throw new PermanentError('input_not_a_mapping', `Node '${context.node}' unpacks its input, which is not a mapping.`);
  }
  const { params } = spec;
  if (!Array.isArray(params)) return input;
  return Object.fromEntries(Object.entries(input).filter(([key]) => params.includes(key)));
}
