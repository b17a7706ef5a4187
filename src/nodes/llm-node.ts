import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ReportProblem, Surroundings } from '../pipeline/node-definition.ts';
import { toJsonSchema } from '../pipeline/schema-form.ts';
import type { LlmReply } from '../ports/llm.ts';
import { PermanentError, TransientError } from './errors.ts';
import { ADAPTER_SETTINGS, warnOfAdapterSettings } from './llm/adapter-settings.ts';
import { callLlm, llmOf } from './llm/call-llm.ts';
import { appendToUser, buildMessages, conversationSchema } from './llm/messages.ts';
import { exampleSchema, promptFormSchema, promptSchema, toPrompt } from './llm/prompt.ts';
import { outputFault, readOutput } from './llm/read-output.ts';
import { outputInstructions, parseJsonReply, plainSchema } from './llm/structured-output.ts';
import type { EffectNodeKind, NodeContext } from './node-kind.ts';

const beside = { examples: z.array(exampleSchema).optional(), conversation: conversationSchema.optional() };

const schema = z.object({
  human_message: promptFormSchema.optional(),
  /** Older names of `human_message`. */
  prompt_template: promptFormSchema.optional(),
  template: promptFormSchema.optional(),
  system_message: z.string().optional(),
  /** Older name of `system_message`. */
  system_prompt: z.string().optional(),
  ...beside,
  /** Makes the result an object; otherwise it is the reply's text. */
  output_schema: z.record(z.string(), z.json()).optional(),
  /** Says nothing that `output_schema` does not say. */
  parse_json: z.boolean().optional(),
  /** Take the reply piece by piece, where the adapter can and there is no output schema. */
  stream: z.boolean().optional(),
  ...ADAPTER_SETTINGS,
});

const planned = z.object({
  prompt: promptSchema,
  ...beside,
  stream: z.boolean().optional(),
});

/** Asks a language model (port `llm`) one question. */
export const llmNode: EffectNodeKind = {
  kind: 'llm_node',
  aliases: ['core:llm_node'],
  schema,
  role: 'effect',
  port: 'llm',
  resolve,
  run,
};

function resolve(spec: JsonObject, report: ReportProblem, { types }: Surroundings): JsonObject {
  const { examples, conversation, output_schema: output, stream, ...written } = schema.parse(spec);
  warnOfAdapterSettings(spec, report);
  const form = written.human_message ?? written.prompt_template ?? written.template;
  const prompt = form === undefined ? undefined : toPrompt(form);
  if (prompt === undefined) {
    const message = form === undefined ? "'human_message' is missing." : 'The prompt says nothing to the model.';
    const remedy = "Write human_message: <what to ask>; in a mapping, 'template' or 'human_message'.";
    report({ path: [], code: 'field_missing', message, remedy });
  }
  if (written.parse_json === true && output === undefined) {
    const message = "'parse_json' needs an 'output_schema'.";
    report({ path: ['parse_json'], code: 'field_missing', message, remedy: 'Write output_schema: {field: type}.' });
  }
  const system = prompt?.system ?? written.system_message ?? written.system_prompt;
  return z.record(z.string(), z.json()).parse({
    prompt: { messages: [], ...prompt, ...(system === undefined ? {} : { system }) },
    ...(examples === undefined ? {} : { examples }),
    ...(conversation === undefined ? {} : { conversation }),
    ...(stream === undefined ? {} : { stream }),
    ...(output === undefined ? {} : { output_schema: toJsonSchema(output, ['output_schema'], report, types) }),
  });
}

async function run(spec: JsonObject, _input: JsonValue, context: NodeContext): Promise<JsonValue> {
  const { prompt, stream, ...rest } = planned.parse(spec);
  const messages = buildMessages(prompt, rest, context.scope);
  const llm = llmOf(context);
  const { output_schema: output } = spec;
  if (!isJsonObject(output)) {
    const reply = await callLlm(llm, { messages }, context, stream);
    refuseToolCalls(reply, context);
    return reply.text;
  }

  const request =
    llm.takesOutputSchema === true
      ? { messages, outputSchema: plainSchema(output) }
      : { messages: appendToUser(messages, outputInstructions(output)) };
  const reply = await callLlm(llm, request, context);
  refuseToolCalls(reply, context);
  const reading = readOutput(output, parseJsonReply(reply.text));
  if (reading.kind === 'ok') return reading.value;
  throw new TransientError('output_schema_violation', `The model's reply is JSON. ${outputFault(reading)}`);
}

/** The node offers no tools; a model that asks for one was led astray, and nothing is called for it. */
function refuseToolCalls({ toolCalls = [] }: LlmReply, { node }: NodeContext): void {
  const [call] = toolCalls;
  if (call === undefined) return;
  const message = `The model asked for the tool '${call.name}', but node '${node}' allows none. Use an agent_node where tools are wanted.`;
  throw new PermanentError('tool_not_allowed', message);
}
