import type { DurableOrchestrationContext, Task } from 'durable-functions';

/** A durable timer that ends at a time, in Unix milliseconds. */
export function timerAt(df: DurableOrchestrationContext, unixMs: number): Task {
  return df.createTimer(new Date(unixMs));
}
