import { z } from 'zod';
import { isTemplate } from '../expression/template.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ReferenceSite, ReportProblem, StepCatalog, Surroundings } from '../pipeline/node-definition.ts';
import { toJsonSchema } from '../pipeline/schema-form.ts';
import { unknownKey } from '../pipeline/schema-problems.ts';
import { CHANGE_PHASE, TOOL_END } from './agent/agent-prompt.ts';
import { AgentRun } from './agent/agent-run.ts';
import { AGENT_NAMES, MAIN_PHASE } from './agent/agent-state.ts';
import { TOOL_CALL_STYLES } from './agent/tool-calls.ts';
import { toolsOf } from './agent/tools.ts';
import { checkStep } from './check-step.ts';
import { ADAPTER_SETTINGS, warnOfAdapterSettings } from './llm/adapter-settings.ts';
import { llmOf } from './llm/call-llm.ts';
import { type PromptForm, promptFormSchema, promptSchema, toPrompt } from './llm/prompt.ts';
import type { EffectNodeKind, NodeContext } from './node-kind.ts';
import type { StepRegistry } from './steps.ts';

const DEFAULT_STEPS = 20;
const steps = z.number().int().min(1).max(100);

const configSchema = z.object({
  max_steps: steps.optional(),
  tool_call_style: z.enum(TOOL_CALL_STYLES).optional(),
  /** Tool → registered step. */
  tools: z.record(z.string(), z.string()).optional(),
});
const CONFIG_KEYS = Object.keys(configSchema.shape);

const schema = z.object({
  main_prompt: promptFormSchema.optional(),
  /** Older name of `main_prompt`. */
  initial_prompt_template: promptFormSchema.optional(),
  /** Phase → its prompt. */
  continuation_prompts: z.record(z.string(), promptFormSchema).optional(),
  output_schema: z.record(z.string(), z.json()).optional(),
  config: configSchema.optional(),
  /** The same as `config.max_steps`. */
  max_steps: steps.optional(),
  /** Allows these tools and no others: of `config.tools`, of the pipeline's services, of `tool_router`, or registered steps. */
  available_tools: z.array(z.string()).optional(),
  ...ADAPTER_SETTINGS,
});

const planned = z.object({
  prompts: z.record(z.string(), promptSchema),
  max_steps: z.number(),
  tool_call_style: z.enum(TOOL_CALL_STYLES),
  tools: z.record(z.string(), z.string()),
  available_tools: z.array(z.string()).optional(),
});

/** Lets a language model (port `llm`) think and call tools, step by step, until it gives its answer. */
export function agentNode(registry: StepRegistry): EffectNodeKind {
  return {
    kind: 'agent_node',
    aliases: ['core:agent_node', 're_act_agent_node', 'core:re_act_agent_node'],
    schema,
    role: 'effect',
    port: 'llm',
    references,
    resolve,
    run: (spec, input, context) => run(registry, spec, input, context),
  };
}

/** Its prompts, because they may use names that are the agent's own. */
function references(spec: JsonObject): readonly ReferenceSite[] {
  const prompts = ['main_prompt', 'initial_prompt_template', 'continuation_prompts'];
  return prompts.flatMap((key) => templatesIn(spec[key], [key]));
}

function templatesIn(value: JsonValue | undefined, path: readonly (string | number)[]): readonly ReferenceSite[] {
  if (typeof value === 'string') {
    return isTemplate(value) ? [{ path, text: value, grammar: 'template_or_expression', locals: AGENT_NAMES }] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => templatesIn(item, [...path, index]));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, item]) => templatesIn(item, [...path, key])) : [];
}

function resolve(spec: JsonObject, report: ReportProblem, { steps: catalog, types }: Surroundings): JsonObject {
  const written = schema.parse(spec);
  warnOfAdapterSettings(spec, report);
  warnOfConfig(spec['config'], report);
  const { config = {}, available_tools: available, output_schema: output = { output: 'str' } } = written;
  const tools = { ...config.tools };
  for (const name of available ?? []) if (!Object.hasOwn(tools, name) && catalog.has(name)) tools[name] = name;
  checkTools(config.tools ?? {}, catalog, report);
  return z.record(z.string(), z.json()).parse({
    prompts: promptsOf(written, report),
    max_steps: config.max_steps ?? written.max_steps ?? DEFAULT_STEPS,
    tool_call_style: config.tool_call_style ?? 'mixed',
    tools,
    ...(available === undefined ? {} : { available_tools: available }),
    output_schema: toJsonSchema(output, ['output_schema'], report, types),
  });
}

function promptsOf(written: z.infer<typeof schema>, report: ReportProblem): JsonObject {
  const main = written.main_prompt ?? written.initial_prompt_template;
  if (main === undefined) {
    const message = "'main_prompt' is missing.";
    report({ path: [], code: 'field_missing', message, remedy: 'Write main_prompt: <what the agent is to do>.' });
  }
  const prompts: Record<string, JsonValue> = {};
  const add = (phase: string, form: PromptForm, path: readonly string[]) => {
    const prompt = toPrompt(form);
    if (prompt !== undefined) prompts[phase] = z.json().parse(prompt);
    else
      report({ path, code: 'field_missing', message: 'The prompt says nothing to the model.', remedy: "Write its 'template'." });
  };
  if (main !== undefined) add(MAIN_PHASE, main, ['main_prompt']);
  for (const [phase, form] of Object.entries(written.continuation_prompts ?? {}))
    add(phase, form, ['continuation_prompts', phase]);
  return prompts;
}

/** Keys of `config` that nothing reads. */
function warnOfConfig(config: JsonValue | undefined, report: ReportProblem): void {
  for (const key of isJsonObject(config) ? Object.keys(config) : []) {
    if (key === 'entities') {
      const message = "'entities' has no effect: agents have no tools for the states of entities.";
      const remedy = 'Give the agent a step that does it, or let a transition node follow.';
      report({ severity: 'warning', path: ['config', key], code: 'field_ignored', message, remedy });
    } else if (!CONFIG_KEYS.includes(key)) {
      report({ ...unknownKey(['config', key], key, CONFIG_KEYS), severity: 'warning' });
    }
  }
}

function checkTools(tools: Readonly<Record<string, string>>, catalog: StepCatalog, report: ReportProblem): void {
  for (const [name, step] of Object.entries(tools)) {
    const path = ['config', 'tools', name];
    if (name === TOOL_END || name === CHANGE_PHASE) {
      const message = `'${name}' is a tool that every agent has, and cannot be another.`;
      report({ path, code: 'name_conflict', message, remedy: 'Choose another name.' });
    }
    checkStep(step, path, catalog, report);
  }
}

async function run(registry: StepRegistry, spec: JsonObject, input: JsonValue, context: NodeContext): Promise<JsonValue> {
  const { prompts, max_steps: maxSteps, tool_call_style: style, tools, available_tools: only } = planned.parse(spec);
  const outputSchema = isJsonObject(spec['output_schema']) ? spec['output_schema'] : {};
  const outputFields = isJsonObject(outputSchema['properties']) ? Object.keys(outputSchema['properties']) : [];
  const plan = { prompts, maxSteps, style, outputSchema, outputFields };
  const allowed = await toolsOf({ steps: tools, only }, registry, context);
  return new AgentRun(plan, llmOf(context), allowed, isJsonObject(input) ? input : { input }, context).result();
}
