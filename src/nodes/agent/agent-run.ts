import { createHash } from 'node:crypto';
import { canonicalJson } from '../../canonical-json.ts';
import { isHexdagError, messageOf } from '../../errors.ts';
import { renderValue } from '../../expression/filters.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { DependencyUnavailableError } from '../../ports/errors.ts';
import type { Llm, LlmReply } from '../../ports/llm.ts';
import { PermanentError } from '../errors.ts';
import { callLlm } from '../llm/call-llm.ts';
import { buildMessages } from '../llm/messages.ts';
import type { Prompt } from '../llm/prompt.ts';
import { outputFault, readOutput } from '../llm/read-output.ts';
import type { NodeContext } from '../node-kind.ts';
import { CHANGE_PHASE, stepMessages, TOOL_END } from './agent-prompt.ts';
import { type AgentState, agentScope, initialState, inPhase, MAIN_PHASE, stateAsJson } from './agent-state.ts';
import { type MalformedCall, parseToolCalls, type ToolCall, type ToolCallStyle } from './tool-calls.ts';
import { namedArguments, type Tool } from './tools.ts';

/** A longer result is cut before the model is told of it. */
const MAX_RESULT_CHARACTERS = 10_000;
const CHANGE_PHASE_PARAMS = ['phase', 'reason', 'carried_data'];

export interface AgentPlan {
  /** By phase; `main` is the first. */
  readonly prompts: Readonly<Record<string, Prompt>>;
  readonly outputSchema: JsonObject;
  readonly outputFields: readonly string[];
  readonly maxSteps: number;
  readonly style: ToolCallStyle;
}

/** One agent at work: asks the model, calls the tools it asks for, and tells it what came of that, until it gives its answer. */
export class AgentRun {
  readonly #plan: AgentPlan;
  readonly #llm: Llm;
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #context: NodeContext;
  #state: AgentState;
  /** How often each call was made: by digest of tool and arguments. */
  readonly #callCounts = new Map<string, number>();
  #answer: { readonly value: JsonValue } | undefined;

  constructor(plan: AgentPlan, llm: Llm, tools: ReadonlyMap<string, Tool>, input: JsonObject, context: NodeContext) {
    this.#plan = plan;
    this.#llm = llm;
    this.#tools = tools;
    this.#context = context;
    this.#state = initialState(input);
  }

  /** The answer; or the agent's state if it came to none. */
  async result(): Promise<JsonValue> {
    while (this.#state.step < this.#plan.maxSteps) {
      const calls = await this.#step();
      if (this.#answer !== undefined) return this.#answer.value;
      // It says that it has ended, and asks for nothing more.
      if (calls === 0 && this.#state.response.toLowerCase().includes(TOOL_END)) break;
    }
    this.#context.log('warn', 'an agent came to no answer', { steps: this.#state.step });
    return stateAsJson(this.#state);
  }

  /** Tells how many calls the model's reply held. */
  async #step(): Promise<number> {
    this.#context.signal.throwIfAborted();
    const reply = await callLlm(this.#llm, { messages: this.#messages() }, this.#context);
    const calls = callsIn(reply, this.#plan.style);
    for (const call of calls) {
      this.#context.signal.throwIfAborted();
      await this.#follow(call);
    }
    const step = this.#state.step + 1;
    const reasoning = [...this.#state.reasoning_steps, `Step ${step}: ${reply.text}`];
    this.#state = { ...this.#state, step, response: reply.text, reasoning_steps: reasoning };
    return calls.length;
  }

  #messages() {
    const { prompts, outputFields, style } = this.#plan;
    const prompt = prompts[this.#state.current_phase] ?? prompts[MAIN_PHASE] ?? { messages: [] };
    const messages = buildMessages(prompt, {}, agentScope(this.#state, this.#context.scope));
    const facts = { tools: this.#tools.values(), style, outputFields, phases: this.#phases };
    return stepMessages(messages, facts, this.#state);
  }

  /** Those that one can change to. */
  get #phases(): readonly string[] {
    return Object.keys(this.#plan.prompts).filter((phase) => phase !== MAIN_PHASE);
  }

  async #follow(call: ToolCall | MalformedCall): Promise<void> {
    try {
      const result = await this.#carryOut(call);
      this.#state = { ...this.#state, tools_used: [...this.#state.tools_used, call.tool] };
      this.#tell(`${call.tool}: ${cut(renderValue(result))}`);
    } catch (error) {
      if (error instanceof DependencyUnavailableError || this.#context.signal.aborted) throw error;
      const code = isHexdagError(error) ? error.code : 'tool_failed';
      this.#context.log('warn', "an agent's call failed", { tool: call.tool, code });
      this.#tell(`${call.tool}: Error - ${code}: ${cut(messageOf(error))}`);
    }
  }

  #tell(result: string): void {
    this.#state = { ...this.#state, tool_results: [...this.#state.tool_results, result] };
  }

  #carryOut(call: ToolCall | MalformedCall): JsonValue | Promise<JsonValue> {
    if (call.kind === 'malformed') throw new PermanentError('tool_call_invalid', `The call was not made: ${call.problem}.`);
    if (call.tool === TOOL_END) return this.#end(call);
    if (call.tool === CHANGE_PHASE) return this.#changePhase(call);
    const tool = this.#tools.get(call.tool);
    if (tool === undefined) {
      const names = [...this.#tools.keys(), TOOL_END].join(', ');
      throw new PermanentError('tool_not_allowed', `There is no tool '${call.tool}' here. The tools are: ${names}.`);
    }
    const args = namedArguments(tool, call.positional, call.named);
    this.#context.log('info', 'an agent calls a tool', { tool: tool.name, step: this.#state.step + 1 });
    return tool.call(args, { ...this.#context, idempotencyKey: this.#keyOf(tool.name, args) });
  }

  /**
   * Named after what is called, not after its turn: at another attempt the model may come to other calls, or to the same in another
   * order, and the receiver must neither take one for the other nor do one twice.
   */
  #keyOf(tool: string, args: JsonObject): string {
    const call = createHash('sha256')
      .update(canonicalJson([tool, args]))
      .digest('hex')
      .slice(0, 16);
    const times = (this.#callCounts.get(call) ?? 0) + 1;
    this.#callCounts.set(call, times);
    return `${this.#context.idempotencyKey}/tool-${call}-${times}`;
  }

  #end({ tool, positional, named }: ToolCall): JsonValue {
    const { outputSchema, outputFields } = this.#plan;
    const params = positional.length === 0 ? {} : { params: outputFields };
    const reading = readOutput(outputSchema, namedArguments({ name: tool, ...params }, positional, named));
    if (reading.kind === 'refused') throw new PermanentError('output_schema_violation', outputFault(reading));
    this.#answer = { value: reading.value };
    return reading.value;
  }

  #changePhase({ tool, positional, named }: ToolCall): JsonValue {
    const params = positional.length === 0 ? {} : { params: CHANGE_PHASE_PARAMS };
    const args = namedArguments({ name: tool, ...params }, positional, named);
    const { phase = null } = args;
    if (typeof phase !== 'string' || !this.#phases.includes(phase)) {
      const known = this.#phases.length === 0 ? 'There are none.' : `Phases are: ${this.#phases.join(', ')}.`;
      throw new PermanentError('phase_unknown', `There is no phase ${JSON.stringify(phase)}. ${known}`);
    }
    this.#state = inPhase(this.#state, phase, args);
    return args;
  }
}

function cut(text: string): string {
  if (text.length <= MAX_RESULT_CHARACTERS) return text;
  return `${text.slice(0, MAX_RESULT_CHARACTERS)}… (cut; it has ${text.length} characters)`;
}

/** Calls that an adapter understood as such by itself are treated like those in the text. */
function callsIn({ text, toolCalls = [] }: LlmReply, style: ToolCallStyle): readonly (ToolCall | MalformedCall)[] {
  const native = toolCalls.map((call) => ({ kind: 'call' as const, tool: call.name, positional: [], named: call.arguments }));
  return [...parseToolCalls(text, style), ...native];
}
