/** The key under which a node's effect counts once, on every attempt and after every crash. Fits an HTTP header. */
export function idempotencyKey(runId: string, node: string): string {
  return `${runId}.${encodeURIComponent(node)}`;
}
