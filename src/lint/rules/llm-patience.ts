import { isJsonObject } from '../../json.ts';
import type { LintedNode, LintRule, LintSubject } from '../lint-rule.ts';

const ASKS_A_MODEL: ReadonlySet<string> = new Set(['llm_node', 'agent_node']);

/** Middleware by all its names. */
const RETRY: ReadonlySet<string> = new Set(['retry', 'RetryWithBackoff', 'retry_with_backoff']);
const TIMEOUT: ReadonlySet<string> = new Set(['timeout', 'Timeout']);

/** Models take seconds or minutes; the default for nodes was not chosen for them. */
export const llmWithoutTimeout: LintRule = {
  code: 'llm_without_timeout',
  severity: 'warning',
  check: (subject) =>
    hasDefaultTimeout(subject)
      ? []
      : modelsWithout('timeout', TIMEOUT, subject).map(({ node, name }) => ({
          position: name,
          message: `'${node.name}' asks a model without a timeout of its own.`,
          remedy: "Write 'timeout', such as timeout: 2m.",
        })),
};

/** Models refuse for a moment every day: quotas and overload are the normal case. */
export const llmWithoutRetries: LintRule = {
  code: 'llm_without_retries',
  severity: 'warning',
  check: (subject) =>
    modelsWithout('max_retries', RETRY, subject).map(({ node, name }) => ({
      position: name,
      message: `'${node.name}' asks a model once and fails with its first refusal.`,
      remedy: "Write 'max_retries', such as max_retries: 3.",
    })),
};

/** Nodes that have neither the key nor the middleware around the port they ask. */
function modelsWithout(key: string, middleware: ReadonlySet<string>, { nodes, plan }: LintSubject): readonly LintedNode[] {
  return nodes.filter(({ node, spec }) => {
    if (!ASKS_A_MODEL.has(node.kind) || spec[key] !== undefined) return false;
    const { middleware: stack = [] } = node.ports?.['llm'] ?? plan?.ports?.['llm'] ?? {};
    return !stack.some(({ name }) => middleware.has(name.slice(name.lastIndexOf('.') + 1)));
  });
}

function hasDefaultTimeout({ pipeline }: LintSubject): boolean {
  const spec = pipeline?.value['spec'];
  const orchestrator = isJsonObject(spec) ? spec['orchestrator'] : undefined;
  return isJsonObject(orchestrator) && (orchestrator['default_node_timeout'] ?? null) !== null;
}
