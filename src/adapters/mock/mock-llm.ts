import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { renderValue } from '../../expression/filters.ts';
import type { Llm, LlmReply, LlmRequest, LlmUsage } from '../../ports/llm.ts';

const reply = z.union([z.string(), z.record(z.string(), z.json())]);
const toolCall = z.object({
  id: z.string().optional(),
  name: z.string().min(1),
  arguments: z.record(z.string(), z.json()).optional(),
});

/** One reply, or several that are given in turn, over and over. An object is given as JSON. */
export const mockLlmConfig = z.object({
  responses: z.union([reply, z.array(reply).min(1)]).default({ result: 'Mock response' }),
  delay_seconds: z.number().min(0).default(0),
  /** What the model asks for when it is offered tools. */
  mock_tool_calls: z.array(toolCall).optional(),
  mock_usage: z
    .object({
      input_tokens: z.int().min(0).optional(),
      output_tokens: z.int().min(0).optional(),
    })
    .optional(),
});

/** A language model that says what it is told to, for trying pipelines without one. */
export function mockLlm(config: z.infer<typeof mockLlmConfig>): Llm {
  const { responses, delay_seconds: delaySeconds, mock_tool_calls: toolCalls = [] } = config;
  const texts = (Array.isArray(responses) ? responses : [responses]).map(renderValue);
  const usage = toUsage(config.mock_usage);
  let turn = 0;
  return {
    async complete({ tools = [], signal }: LlmRequest): Promise<LlmReply> {
      const text = texts[turn % texts.length] ?? '';
      turn += 1;
      if (delaySeconds > 0) await wait(delaySeconds * 1000, undefined, { signal });
      const asked = tools.length === 0 ? [] : toolCalls;
      return {
        text,
        model: 'mock',
        ...(usage === undefined ? {} : { usage }),
        ...(asked.length === 0
          ? {}
          : {
              toolCalls: asked.map(({ id, name, arguments: given = {} }, index) => ({
                id: id ?? `call-${index + 1}`,
                name,
                arguments: given,
              })),
            }),
      };
    },
  };
}

function toUsage(given: z.infer<typeof mockLlmConfig>['mock_usage']): LlmUsage | undefined {
  if (given === undefined) return undefined;
  return { inputTokens: given.input_tokens ?? 0, outputTokens: given.output_tokens ?? 0 };
}
