import type { Orchestrations, RunStart } from '../ports/orchestrations.ts';

/** Something to tell the durable engine about another run. */
export type Signal =
  | { readonly kind: 'start'; readonly run: RunStart }
  | { readonly kind: 'wake'; readonly runId: string; readonly event: string };

export async function carryOut(signal: Signal, orchestrations: Pick<Orchestrations, 'start' | 'wake'>): Promise<void> {
  if (signal.kind === 'start') await orchestrations.start(signal.run);
  else await orchestrations.wake(signal.runId, signal.event);
}
