import type { OrchestrationContext, Task } from 'durable-functions';

/** A durable timer that ends at a time, in Unix milliseconds. */
export function timerAt(context: OrchestrationContext, unixMs: number): Task {
  return context.df.createTimer(new Date(unixMs));
}
