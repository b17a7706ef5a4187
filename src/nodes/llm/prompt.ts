import { z } from 'zod';
import { renderValue } from '../../expression/filters.ts';

const ROLES = ['system', 'user', 'assistant'] as const;

export const messageSchema = z.object({ role: z.enum(ROLES), content: z.string() });

export const exampleSchema = z.object({ input: z.json().optional(), output: z.json().optional() });
export type Example = z.infer<typeof exampleSchema>;

/** `prompt_template` as a mapping: what hexDAG's template classes take. */
const templateFormSchema = z.object({
  type: z.enum(['simple', 'few_shot', 'chat', 'chat_few_shot']),
  template: z.string().optional(),
  system_message: z.string().optional(),
  human_message: z.string().optional(),
  messages: z.array(messageSchema).optional(),
  examples: z.array(exampleSchema).optional(),
  example_separator: z.string().optional(),
});
type TemplateForm = z.infer<typeof templateFormSchema>;

/** A prompt as pipelines write it: a text, or a mapping with its type. */
export const promptFormSchema = z.union([z.string(), templateFormSchema]);
export type PromptForm = z.infer<typeof promptFormSchema>;

/** A prompt as plans carry it. All texts are templates. */
export const promptSchema = z.object({
  system: z.string().optional(),
  /** In their order after the system message and the conversation. */
  messages: z.array(messageSchema),
  /** True if names that lead nowhere stay in the text, as they do in chat templates. */
  lenient: z.boolean().optional(),
});
export type Prompt = z.infer<typeof promptSchema>;

/** A prompt in the form that plans carry, or undefined if it says nothing. */
export function toPrompt(form: PromptForm): Prompt | undefined {
  if (typeof form === 'string') return { messages: [{ role: 'user', content: form }] };
  return form.type === 'simple' || form.type === 'few_shot' ? textPrompt(form) : chatPrompt(form);
}

function textPrompt(form: TemplateForm): Prompt | undefined {
  const { type, template = form.human_message, system_message: system, example_separator: separator = '\n\n' } = form;
  if (template === undefined) return undefined;
  const examples = type === 'few_shot' ? (form.examples ?? []).map(exampleText) : [];
  const content = [...examples, template].join(separator);
  return { ...(system === undefined ? {} : { system }), messages: [{ role: 'user', content }] };
}

function chatPrompt(form: TemplateForm): Prompt | undefined {
  const { type, human_message: human = form.template, messages = [], example_separator: separator = '\n\n' } = form;
  const examples = type === 'chat_few_shot' ? (form.examples ?? []).map(exampleText) : [];
  const system = [...examples, ...(form.system_message === undefined ? [] : [form.system_message])].join(separator);
  const users = messages.length > 0 || human === undefined ? messages : [{ role: 'user' as const, content: human }];
  if (users.length === 0) return undefined;
  return { ...(system === '' ? {} : { system }), messages: users, lenient: true };
}

/** An example as a model is shown it. */
export function exampleText({ input = '', output = '' }: Example): string {
  return `Input: ${renderValue(input)}\nOutput: ${renderValue(output)}`;
}
