import type { JsonObject } from '../json.ts';

export type LlmRole = 'system' | 'user' | 'assistant';

export interface LlmMessage {
  readonly role: LlmRole;
  readonly content: string;
}

/** A tool that the model may ask for in its reply. */
export interface LlmTool {
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject;
}

export interface LlmToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

export interface LlmUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface LlmRequest {
  readonly messages: readonly LlmMessage[];
  readonly tools?: readonly LlmTool[];
  /** JSON Schema that the reply's text must fit; only for adapters that take one. */
  readonly outputSchema?: JsonObject;
  /** Aborts when nobody waits for the reply any more. */
  readonly signal: AbortSignal;
}

export interface LlmReply {
  readonly text: string;
  readonly toolCalls?: readonly LlmToolCall[];
  readonly usage?: LlmUsage;
  /** The model that answered, as its service names it. */
  readonly model?: string;
}

/** A language model. Methods throw the errors of `llm-errors.ts`; a reply without text is an empty text, never an error in disguise. */
export interface Llm {
  /** True if `outputSchema` is enforced by the service itself; otherwise callers describe the wanted form in the messages. */
  readonly takesOutputSchema?: boolean;
  complete(request: LlmRequest): Promise<LlmReply>;
  /** Like `complete`, and hands over the text piece by piece as it comes. */
  stream?(request: LlmRequest, onText: (piece: string) => void): Promise<LlmReply>;
}

export function isLlm(port: unknown): port is Llm {
  return typeof port === 'object' && port !== null && 'complete' in port && typeof port.complete === 'function';
}
