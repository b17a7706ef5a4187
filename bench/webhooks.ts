import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../demo/outcome.ts';
import { formatTable } from '../demo/table.ts';
import { type LaunchedLocalAzure, launchLocalAzure } from '../local/launch.ts';
import { FLOOD_SECRET, type FloodAnswer, type FloodPlan, flood } from './flood.ts';
import { readProcess } from './processes.ts';

const WARM_UP: FloodPlan = { perSecond: 200, seconds: 2 };
const REST_MS = 500;

interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** What became of a flood of webhooks. */
export interface FloodMeasurement {
  readonly offered: number;
  readonly accepted: number;
  /** 429 or 503, with `Retry-After`. */
  readonly toldLater: number;
  readonly other: number;
  /** Until the last answer. */
  readonly seconds: number;
  /** Of those accepted: since they were due, and since they were written to a connection. */
  readonly acceptedSinceDueMs: Delays;
  readonly acceptedSinceSentMs: Delays;
  readonly toldLaterSinceSentMs: Delays;
  /** How late the sender came to them, for want of CPU. */
  readonly senderLateMs: Delays;
  /** Of the host, the runs of what was accepted included; null where the kernel does not tell. */
  readonly hostCpuMs: number | null;
  /** Of the host, before, and when all runs have ended. */
  readonly proportionalMb: readonly [before: number | null, after: number | null];
}

/** So many floods after each other, on one local Azure: what one leaves behind, the next one shows. */
export async function measureWebhooks(plan: FloodPlan, floods: number): Promise<readonly FloodMeasurement[]> {
  const azure = await launchLocalAzure({
    args: ['--ephemeral'],
    environment: { PIPELINES_DIRECTORY: 'bench/pipelines', FLOOD_SECRET, APP_LOG_LEVEL: 'error' },
    logs: 'ignore',
  });
  try {
    let sent = (await flood(azure.ready.http, WARM_UP)).length;
    await rest(azure);
    const measurements: FloodMeasurement[] = [];
    while (measurements.length < floods) {
      measurements.push(await measureFlood(azure, plan, sent));
      sent += plan.perSecond * plan.seconds;
    }
    return measurements;
  } finally {
    await azure.stop();
  }
}

async function measureFlood(azure: LaunchedLocalAzure, plan: FloodPlan, first: number): Promise<FloodMeasurement> {
  const { host } = await azure.status();
  const before = readProcess(host.pid);
  const begun = performance.now();
  const answers = await flood(azure.ready.http, plan, first);
  const seconds = (performance.now() - begun) / 1_000;
  await rest(azure);
  const after = readProcess(host.pid);
  return {
    ...count(answers),
    seconds,
    hostCpuMs: before === undefined || after === undefined ? null : after.cpuMs - before.cpuMs,
    proportionalMb: [before?.proportionalMb ?? null, after?.proportionalMb ?? null],
  };
}

/** Resolves when the host has nothing more to do for its runs. */
async function rest(azure: LaunchedLocalAzure): Promise<void> {
  const work = async () => (await azure.counters())['host']?.['DurableTask.writes'];
  for (let before = await work(), after: number | undefined; after !== before; ) {
    await delay(REST_MS);
    [before, after] = [after ?? before, await work()];
  }
}

function count(answers: readonly FloodAnswer[]): Omit<FloodMeasurement, 'seconds' | 'hostCpuMs' | 'proportionalMb'> {
  const accepted = answers.filter(({ status }) => status === 202);
  const toldLater = answers.filter(({ status, retryAfter }) => [429, 503].includes(status) && Number(retryAfter) > 0);
  return {
    offered: answers.length,
    accepted: accepted.length,
    toldLater: toldLater.length,
    other: answers.length - accepted.length - toldLater.length,
    acceptedSinceDueMs: delays(accepted.map(({ sinceDueMs }) => sinceDueMs)),
    acceptedSinceSentMs: delays(accepted.map(({ sinceSentMs }) => sinceSentMs)),
    toldLaterSinceSentMs: delays(toldLater.map(({ sinceSentMs }) => sinceSentMs)),
    senderLateMs: delays(answers.map(({ lateMs }) => lateMs)),
  };
}

function delays(milliseconds: readonly number[]): Delays {
  return { p50: percentile(milliseconds, 0.5), p99: percentile(milliseconds, 0.99) };
}

export function formatFloods(floods: readonly FloodMeasurement[]): string {
  const row = (name: string, of: (flood: FloodMeasurement) => number | null) => [
    name,
    ...floods.map((one) => Math.round(of(one) ?? Number.NaN)),
  ];
  const table = formatTable(
    ['webhooks', ...floods.map((_, index) => `flood ${index + 1}`)],
    [
      row('offered', (flood) => flood.offered),
      row('accepted (202)', (flood) => flood.accepted),
      row('told to come again (429, 503)', (flood) => flood.toldLater),
      row('anything else', (flood) => flood.other),
      row('last answer after, s', (flood) => flood.seconds),
      row('accepted, since sent, p50 ms', (flood) => flood.acceptedSinceSentMs.p50),
      row('accepted, since sent, p99 ms', (flood) => flood.acceptedSinceSentMs.p99),
      row('accepted, since due, p50 ms', (flood) => flood.acceptedSinceDueMs.p50),
      row('accepted, since due, p99 ms', (flood) => flood.acceptedSinceDueMs.p99),
      row('told to come again, since sent, p50 ms', (flood) => flood.toldLaterSinceSentMs.p50),
      row('told to come again, since sent, p99 ms', (flood) => flood.toldLaterSinceSentMs.p99),
      row('sender late by itself, p50 ms', (flood) => flood.senderLateMs.p50),
      row('sender late by itself, p99 ms', (flood) => flood.senderLateMs.p99),
      row('CPU of the host with the runs, ms', (flood) => flood.hostCpuMs),
      row('memory of the host before, PSS MB', (flood) => flood.proportionalMb[0]),
      row('memory of the host after, PSS MB', (flood) => flood.proportionalMb[1]),
    ],
  );
  return `${table}
Sent: written to a connection; the server may take it later. Due: as its rate has it; with what the sender itself took, and the time in
which all of its connections waited for answers. Sender, stores and host share one machine.
`;
}
