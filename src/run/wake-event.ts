import { createHash } from 'node:crypto';

/** Name of the event that tells a run's orchestration to look at a waiting node again. Safe in URLs, whatever the path holds. */
export function wakeEvent(node: string): string {
  return `wake-${createHash('sha256').update(node).digest('hex').slice(0, 32)}`;
}
