import type { JsonObject, JsonValue } from '../../json.ts';
import { isToolRouter } from '../../ports/tool-router.ts';
import { PermanentError } from '../errors.ts';
import { toJsonResult } from '../json-result.ts';
import type { NodeContext } from '../node-kind.ts';
import type { StepContext } from '../step-context.ts';
import type { StepRegistry } from '../steps.ts';

/** Something that an agent may call. */
export interface Tool {
  readonly name: string;
  readonly description?: string;
  /** Parameter names in their order; undefined if any are taken. */
  readonly params?: readonly string[];
  call(args: JsonObject, context: StepContext): Promise<JsonValue>;
}

export interface ToolChoice {
  /** The node's own tools: name → registered step. */
  readonly steps: Readonly<Record<string, string>>;
  /** If given, nothing but these is allowed. */
  readonly only?: readonly string[] | undefined;
}

/**
 * All that the node allows: its own tools, those of the port `tool_router`, and the tools of its pipeline's services. Of two with
 * one name the first counts.
 */
export async function toolsOf(choice: ToolChoice, steps: StepRegistry, context: NodeContext): Promise<ReadonlyMap<string, Tool>> {
  const own = Object.entries(choice.steps).map(([name, step]) => stepTool(name, step, steps));
  const services = [...context.resources.tools().values()];
  const all: readonly Tool[] = [...own, ...(await routedTools(context)), ...services];
  const tools = new Map<string, Tool>();
  for (const tool of all) {
    const isAllowed = choice.only === undefined || choice.only.includes(tool.name);
    if (isAllowed && !tools.has(tool.name)) tools.set(tool.name, tool);
  }
  return tools;
}

function stepTool(name: string, step: string, steps: StepRegistry): Tool {
  const definition = steps.get(step);
  if (definition === undefined) {
    const message = `The tool '${name}' is the step '${step}', which is not registered in this build.`;
    throw new PermanentError('step_unknown', `${message} Register it again, or redeploy the pipeline.`);
  }
  const { params, run } = definition;
  return {
    name,
    ...(params === undefined ? {} : { params }),
    call: async (args, context) => toJsonResult(await run(args, context)),
  };
}

async function routedTools({ resources }: NodeContext): Promise<readonly Tool[]> {
  const router = resources.port('tool_router');
  if (!isToolRouter(router)) return [];
  const tools = await router.tools();
  return tools.map((tool) => ({
    ...tool,
    call: async (args, { idempotencyKey, signal }) =>
      toJsonResult(await router.call(tool.name, args, { idempotencyKey, signal })),
  }));
}

/** The arguments by name. @throws PermanentError (`arguments_invalid`) if the tool has no such parameters */
export function namedArguments(
  { name, params }: Pick<Tool, 'name' | 'params'>,
  positional: readonly JsonValue[],
  named: JsonObject,
): JsonObject {
  if (params === undefined) {
    if (positional.length === 0) return named;
    throw new PermanentError('arguments_invalid', `Name the arguments of '${name}': ${name}(key='value').`);
  }
  const byPlace = positional.map((value, index) => [params[index] ?? '', value] as const);
  const given = { ...Object.fromEntries(byPlace), ...named };
  const unknown = Object.keys(given).find((key) => !params.includes(key));
  if (unknown === undefined && positional.length <= params.length) return given;
  const known = params.length === 0 ? 'It takes none.' : `Its parameters are: ${params.join(', ')}.`;
  throw new PermanentError('arguments_invalid', `'${name}' has no parameter '${unknown ?? ''}'. ${known}`);
}
