import { isJsonObject } from '../../json.ts';
import type { LintedNode, LintRule } from '../lint-rule.ts';

/** GET, PUT and DELETE may be repeated by definition (RFC 9110); these may not. */
const UNSAFE_METHODS: ReadonlySet<string> = new Set(['POST', 'PATCH']);

/**
 * A request that timed out may have arrived, and the next attempt sends it again. Steps are left alone: they get the idempotency
 * key and do with it what a document cannot show.
 */
export const effectRepeated: LintRule = {
  code: 'effect_repeated',
  severity: 'warning',
  check: ({ nodes }) =>
    nodes.filter(mayRepeat).map(({ node, spec, at }) => ({
      position: at(['max_retries']),
      message: `'${node.name}' may send its ${String(spec['method']).toUpperCase()} up to ${node.retry.maxAttempts} times.`,
      remedy:
        'If the receiver recognises the Idempotency-Key that goes with each, say so by writing that header; else set max_retries: 1.',
    })),
};

function mayRepeat({ node, spec }: LintedNode): boolean {
  const { method, headers } = spec;
  if (node.kind !== 'api_call_node' || typeof method !== 'string' || !UNSAFE_METHODS.has(method.toUpperCase())) return false;
  const named = isJsonObject(headers) && Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key');
  return node.retry.maxAttempts > 1 && !named;
}
