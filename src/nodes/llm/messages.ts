import { z } from 'zod';
import { ExpressionError } from '../../expression/errors.ts';
import { parsePath, readPath } from '../../expression/path.ts';
import type { Lookup } from '../../expression/scope.ts';
import { parseTemplate, renderTemplate } from '../../expression/template.ts';
import type { JsonValue } from '../../json.ts';
import type { LlmMessage } from '../../ports/llm.ts';
import { PermanentError } from '../errors.ts';
import { type Example, exampleText, messageSchema, type Prompt } from './prompt.ts';

/**
 * Messages that come before the prompt's own: one text; or a list of messages, and of prompts with the messages they introduce
 * (`messages: "{{ node }}"`). The text may be a whole list itself (`"{{ node }}"`).
 */
export const conversationSchema = z.union([
  z.string(),
  z.array(z.union([messageSchema, z.object({ prompt: z.string(), messages: z.string() })])),
]);
export type Conversation = z.infer<typeof conversationSchema>;

const ONE_PATH = /^\s*\{\{\s*([^{}|]+?)\s*\}\}\s*$/;

/**
 * The messages of a prompt: system (with the examples), conversation, then its own. What a template inserts is never read as a
 * template again.
 *
 * @throws ExpressionError (`variable_undefined`, `text_limit`), PermanentError (`conversation_invalid`)
 */
export function buildMessages(
  prompt: Prompt,
  { examples = [], conversation }: { examples?: readonly Example[] | undefined; conversation?: Conversation | undefined },
  scope: Lookup,
): readonly LlmMessage[] {
  const render = (text: string) =>
    prompt.lenient === true ? renderKnown(text, scope) : renderTemplate(parseTemplate(text), scope);
  const system = [
    ...(prompt.system === undefined ? [] : [render(prompt.system)]),
    ...(examples.length === 0
      ? []
      : [`Examples:\n\n${examples.map((one) => renderKnown(exampleText(one), scope)).join('\n\n')}`]),
  ].join('\n\n');
  return [
    ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...(conversation === undefined ? [] : conversationMessages(conversation, scope)),
    ...prompt.messages.map(({ role, content }) => ({ role, content: render(content) })),
  ];
}

/** The messages with `text` put after what the user says last. */
export function appendToUser(messages: readonly LlmMessage[], text: string): readonly LlmMessage[] {
  const index = messages.findLastIndex(({ role }) => role === 'user');
  if (index < 0) return [...messages, { role: 'user', content: text.trim() }];
  return messages.map((message, at) => (at === index ? { ...message, content: message.content + text } : message));
}

function conversationMessages(conversation: Conversation, scope: Lookup): readonly LlmMessage[] {
  if (typeof conversation === 'string') {
    if (ONE_PATH.test(conversation)) return messagesAt(conversation, scope);
    return [{ role: 'user', content: renderTemplate(parseTemplate(conversation), scope) }];
  }
  return conversation.flatMap((item): readonly LlmMessage[] => {
    if ('role' in item) return [{ role: item.role, content: renderTemplate(parseTemplate(item.content), scope) }];
    const introduction = renderTemplate(parseTemplate(item.prompt), scope);
    return [{ role: 'user', content: introduction }, ...messagesAt(item.messages, scope)];
  });
}

/** The list of messages that `{{ path }}` leads to. */
function messagesAt(text: string, scope: Lookup): readonly LlmMessage[] {
  const path = parsePath(ONE_PATH.exec(text)?.[1] ?? '');
  const value: JsonValue | undefined = path === undefined ? undefined : readPath(scope(path.root), path.segments);
  const parsed = z.array(messageSchema).safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  const message = `'${text}' must lead to a list of messages, each {role: system|user|assistant, content: text}`;
  throw new PermanentError('conversation_invalid', `${message}; ${where === '' ? 'it does not' : `its item ${where} is none`}.`);
}

/** Like rendering a template, but what leads nowhere stays as it was written. */
function renderKnown(text: string, scope: Lookup): string {
  const template = parseTemplate(text);
  const pieces = template.parts.map((part) => {
    if (typeof part === 'string') return part;
    try {
      return renderTemplate({ ...template, parts: [part] }, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError) || error.code !== 'variable_undefined') throw error;
      const end = template.source.indexOf('}}', part.offset + part.source.length) + 2;
      return template.source.slice(template.source.lastIndexOf('{{', part.offset), end);
    }
  });
  return pieces.join('');
}
