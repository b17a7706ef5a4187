import type { StepContext } from '../../src/nodes/step-context.ts';

/** A step context whose log is silent and which stores no artifacts. */
export function stepContext(node: string): StepContext {
  return {
    runId: 'run-1',
    pipeline: 't',
    node,
    attempt: 1,
    idempotencyKey: `run-1/${node}`,
    signal: new AbortController().signal,
    log: () => undefined,
    artifacts: { write: () => Promise.reject(new Error('This test has no artifact store.')) },
  };
}
