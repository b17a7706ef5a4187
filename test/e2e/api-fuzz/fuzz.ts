import fc from 'fast-check';
import { HexdagClient } from '../../../src/client/index.ts';
import type { JsonObject } from '../../../src/json.ts';
import { MESSAGE_BODY_BYTES } from '../../../src/limits.ts';
import type { DocumentedOperation } from '../../api/openapi/read-document.ts';
import { untilWaiting } from '../until-waiting.ts';
import { DeclaredAnswers } from './declared-answers.ts';
import { type RawRequest, requestsTo } from './requests.ts';
import { RawClient } from './send.ts';

export interface FuzzReport {
  /** Answers by operation and status. */
  readonly answers: ReadonlyMap<string, number>;
  /** What is wrong, with the request that brought it about. */
  readonly faults: readonly string[];
}

const CONCURRENCY = 16;

/** Sends that many requests to the app, made from its document, and judges each answer by it. */
export async function fuzzApi(
  origin: string,
  document: JsonObject,
  operations: readonly DocumentedOperation[],
  { requests, seed }: { readonly requests: number; readonly seed: number },
): Promise<FuzzReport> {
  const runs = await startRuns(origin);
  const plans = fc.sample(requestsTo({ document, operations, ...runs }), { numRuns: requests, seed });
  const declared = new DeclaredAnswers(document, operations);
  const client = new RawClient(origin, CONCURRENCY);
  const answers = new Map<string, number>();
  const faults: string[] = [];
  const queue = plans.values();
  const work = async () => {
    for (const plan of queue) {
      const answer = await client.send(plan);
      const kind = `${plan.operation} ${answer?.status ?? 'ended'}`;
      answers.set(kind, (answers.get(kind) ?? 0) + 1);
      const fault = answer === undefined ? endFault(plan) : declared.fault(plan, answer);
      if (fault !== undefined) faults.push(`${fault}: ${textOf(plan)} → ${answer?.status} ${answer?.body.slice(0, 500)}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  client.close();
  return { answers, faults };
}

/** Only of a body above the limit need the rest not be read; the client may then meet the end of the connection first. */
function endFault({ body }: RawRequest): string | undefined {
  return body.length > MESSAGE_BODY_BYTES ? undefined : 'there is no answer';
}

/** Runs in every state that lasts, one with an artifact: its output is large. */
async function startRuns(origin: string): Promise<{ runIds: readonly string[]; artifacts: readonly string[] }> {
  const client = new HexdagClient({ url: origin });
  const done = await client.startRun('order', { orderId: 'A1', items: [] });
  const waiting = await Promise.all(Array.from({ length: 8 }, () => client.startRun('approval', null)));
  const [large, ...others] = waiting;
  for (const { runId } of others.slice(0, 3)) await client.cancel(runId);
  for (const { runId } of large === undefined ? [] : [large]) {
    await untilWaiting(client, runId);
    await client.sendEvent(runId, 'go', 'x'.repeat(40_000));
    await client.waitForRun(runId);
  }
  await client.waitForRun(done.runId);
  const runIds = [done, ...waiting].map(({ runId }) => runId);
  return { runIds, artifacts: [`/runs/${large?.runId}/artifacts/${large?.runId}/output.json`] };
}

function textOf({ method, path, headers, body }: RawRequest): string {
  const shown =
    body.length > 300 ? `${body.subarray(0, 300).toString('latin1')}… (${body.length} bytes)` : body.toString('latin1');
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers)} ${JSON.stringify(shown)}`;
}
