import type { Llm, LlmMessage, LlmReply, LlmRequest } from '../../ports/llm.ts';

/** What a scripted model does next: answers with a text or a whole reply, fails, or works its reply out. */
export type ScriptedReply = string | LlmReply | Error | ((request: LlmRequest) => string | LlmReply);

/** A language model for tests: gives its replies in their order, one for each call, and records the calls. */
export class ScriptedLlm implements Llm {
  readonly takesOutputSchema: boolean;
  readonly #replies: readonly ScriptedReply[];
  readonly #calls: LlmRequest[] = [];

  constructor(replies: readonly ScriptedReply[], options: { readonly takesOutputSchema?: boolean } = {}) {
    this.#replies = replies;
    this.takesOutputSchema = options.takesOutputSchema ?? false;
  }

  /** The requests so far. */
  get calls(): readonly LlmRequest[] {
    return this.#calls;
  }

  /** The messages of the last request. */
  get lastMessages(): readonly LlmMessage[] {
    return this.#calls.at(-1)?.messages ?? [];
  }

  async complete(request: LlmRequest): Promise<LlmReply> {
    const reply = this.#replies[this.#calls.length];
    this.#calls.push(request);
    if (reply === undefined) {
      throw new Error(`The scripted model has ${this.#replies.length} replies and was called ${this.#calls.length} times.`);
    }
    if (reply instanceof Error) throw reply;
    const given = typeof reply === 'function' ? reply(request) : reply;
    return typeof given === 'string' ? { text: given } : given;
  }
}
