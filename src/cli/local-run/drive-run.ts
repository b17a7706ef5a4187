import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '../../json.ts';
import type { LocalRuns } from '../../testing/local-runs.ts';

/** An event to give to the run as soon as it waits for one of that key. */
export interface PlannedEvent {
  readonly key: string;
  readonly payload: JsonValue;
}

/** How often to look whether the run has ended while it pauses. */
const LOOK_MS = 200;

/**
 * Goes on until the run has ended or waits for an event that nobody is going to give it. Pauses before retries are sat through.
 * Tells the events that nobody waited for.
 */
export async function driveRun(
  runs: LocalRuns,
  runId: string,
  events: readonly PlannedEvent[],
): Promise<readonly PlannedEvent[]> {
  const left = [...events];
  for (;;) {
    await runs.engine.settled();
    if (await runs.hasEnded(runId)) return left;
    const { waiting } = await runs.report(runId);
    const due = left.findIndex(({ key }) => waiting.some(({ eventKey }) => eventKey === key));
    const [event] = due < 0 ? [] : left.splice(due, 1);
    if (event !== undefined) {
      await runs.deliver(runId, event.key, event.payload);
      continue;
    }
    const retryAt = runs.engine.nextRetry();
    if (retryAt === undefined) return left;
    await sleep(Math.min(LOOK_MS, Math.max(1, retryAt - Date.now())));
  }
}
