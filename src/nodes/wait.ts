/** Resolves after `ms`. For activities only: an orchestration waits with a durable timer. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
