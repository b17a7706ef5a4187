import { type Lookup, toLookup } from '../../expression/scope.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';

/** The phase an agent begins in. */
export const MAIN_PHASE = 'main';
/** Names that an agent's prompts may use, whatever the node's input holds. */
export const AGENT_NAMES = ['reasoning_so_far', 'phase_context', 'phase_reason', 'phase_target'] as const;

/** What an agent has done so far. Becomes the node's result if the agent comes to no end. */
export interface AgentState {
  readonly input_data: JsonObject;
  readonly reasoning_steps: readonly string[];
  /** `tool: result`, of all calls. */
  readonly tool_results: readonly string[];
  /** Tools that were called and did not fail. */
  readonly tools_used: readonly string[];
  readonly current_phase: string;
  readonly phase_history: readonly string[];
  readonly phase_contexts: Readonly<Record<string, JsonObject>>;
  readonly step: number;
  readonly response: string;
}

export function initialState(input: JsonObject): AgentState {
  return {
    input_data: input,
    reasoning_steps: [],
    tool_results: [],
    tools_used: [],
    current_phase: MAIN_PHASE,
    phase_history: [MAIN_PHASE],
    phase_contexts: {},
    step: 0,
    response: '',
  };
}

/** The state after a change of phase, with what the agent carries over. */
export function inPhase(state: AgentState, phase: string, args: JsonObject): AgentState {
  const { phase: _, carried_data: carried = {}, ...rest } = args;
  const context = { previous_phase: state.current_phase, ...rest, carried_data: carried };
  return {
    ...state,
    input_data: { ...state.input_data, ...(isJsonObject(carried) ? carried : {}) },
    current_phase: phase,
    phase_history: [...state.phase_history, phase],
    phase_contexts: { ...state.phase_contexts, [phase]: context },
  };
}

/** Names in an agent's prompts: what it thinks and carries, then those of the node, then the rest of its state. */
export function agentScope(state: AgentState, scope: Lookup): Lookup {
  const phase = state.phase_contexts[state.current_phase] ?? {};
  const thinking = toLookup({
    reasoning_so_far: state.reasoning_steps.join('\n') || 'Starting reasoning...',
    phase_context: phase,
    phase_reason: phase['reason'] ?? '',
    phase_target: phase['target_output'] ?? '',
  });
  const layers = [thinking, toLookup(state.input_data), scope, toLookup(stateAsJson(state))];
  return (name) => {
    for (const layer of layers) {
      const value = layer(name);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

export function stateAsJson(state: AgentState): JsonObject {
  return { ...state };
}
