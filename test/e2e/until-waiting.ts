import { setTimeout as delay } from 'node:timers/promises';
import type { HexdagClient } from '../../src/client/index.ts';

/** Once the run waits for an event: it does so some time after it was started, or is done again. */
export async function untilWaiting(client: HexdagClient, runId: string): Promise<void> {
  while ((await client.getRun(runId)).waiting === undefined) await delay(20);
}
