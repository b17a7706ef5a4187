import { isJsonObject, type JsonValue } from '../json.ts';
import type { Path } from './documents.ts';
import type { Report } from './report.ts';

/** Keys of a pipeline's `spec` that the language has and this runtime does nothing with: what to do in their place. */
export const INACTIVE_SPEC_KEYS: Readonly<Record<string, string>> = {
  caps: "Declare only the ports and services that the nodes need; 'available_tools' says which of them an agent may use.",
  limits: "Bound what is done where it is done: 'max_steps' of agents, 'max_iterations' of loops, 'pipeline_timeout'.",
  node_ports: "Write 'ports' in the spec of the node, or 'type_ports' for all nodes of its kind.",
  observers: "Read the app's log and its events of runs; both tell of every run.",
  policies: "Write 'max_retries', 'timeout' and 'on_error' in the nodes, and 'middleware' at the ports.",
};

/** The same for a Config document. */
export const INACTIVE_CONFIG_KEYS: Readonly<Record<string, string>> = {
  caps: INACTIVE_SPEC_KEYS['caps'] ?? '',
  limits: INACTIVE_SPEC_KEYS['limits'] ?? '',
  logging: 'Set APP_LOG_LEVEL for the app.',
};

const LIMITS: Readonly<Record<string, string>> = {
  max_llm_calls: "Set 'max_steps' of agents and 'max_iterations' of loops; the middleware rate_limiter slows a port down.",
  max_tool_calls: "Set 'max_steps' of agents: each step is one call of the model and of the tools that it asks for.",
  max_total_tokens: "Limit the tokens of an answer in the config of the port 'llm', and their sum where the model is offered.",
  max_cost_usd: 'Set a budget where the model is offered, such as a quota of its deployment.',
  warning_threshold: 'Set an alert where the model is offered.',
};

/** Warns of a key that has no effect, or of each limit in it. */
export function warnOfInactive(value: JsonValue | undefined, path: Path, remedy: string, report: Report): void {
  const limits = path.at(-1) === 'limits' && isJsonObject(value) ? Object.keys(value) : [];
  const places = limits.length === 0 ? [path] : limits.map((limit) => [...path, limit]);
  for (const place of places) {
    const key = String(place.at(-1));
    const instead = (place === path ? undefined : LIMITS[key]) ?? remedy;
    const message = `'${key}' has no effect here.`;
    report.problem({ path: place, atKey: true, code: 'key_not_supported', message, remedy: instead }, 'warning');
  }
}
