import { appendFile } from 'node:fs/promises';
import type { StepContext } from '../src/nodes/step-context.ts';

/**
 * Stands for a call to a system outside, which sees every call there is: with EFFECTS_FILE set, each appends one line to that
 * file, and nothing removes a repeated one. Replace it by your own client, and send it `context.idempotencyKey`.
 */
export async function callOutside(effect: 'reserve' | 'charge' | 'ship', orderId: string, context: StepContext): Promise<void> {
  const file = process.env['EFFECTS_FILE'];
  if (file === undefined) return;
  const { runId, idempotencyKey } = context;
  await appendFile(file, `${JSON.stringify({ effect, orderId, runId, idempotencyKey, at: new Date().toISOString() })}\n`);
}
