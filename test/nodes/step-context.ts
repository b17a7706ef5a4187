import type { NodeContext } from '../../src/nodes/node-kind.ts';
import { NO_RESOURCES } from '../../src/nodes/node-resources.ts';

/** The context of a node whose log is silent, which stores no artifacts, and has neither names nor resources. */
export function stepContext(node: string): NodeContext {
  return {
    runId: 'run-1',
    pipeline: 't',
    node,
    attempt: 1,
    idempotencyKey: `run-1/${node}`,
    signal: new AbortController().signal,
    log: () => undefined,
    artifacts: { write: noStore, writeStream: noStore, open: noStore },
    incoming: { open: noStore },
    scope: () => undefined,
    now: 0,
    resources: NO_RESOURCES,
    port: () => undefined,
  };
}

function noStore(): Promise<never> {
  return Promise.reject(new Error('This test has no store of files.'));
}
