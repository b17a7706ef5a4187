import { percentile } from '../demo/outcome.ts';
import { formatTable } from '../demo/table.ts';
import { launchLocalAzure } from '../local/launch.ts';
import { FLOOD_SECRET, type FloodAnswer, type FloodPlan, flood } from './flood.ts';
import { readProcess } from './processes.ts';

const WARM_UP: FloodPlan = { perSecond: 200, seconds: 2 };

/** What became of a flood of webhooks on a fresh local Azure. */
export interface FloodMeasurement {
  readonly offered: number;
  readonly accepted: number;
  /** 429 or 503, with `Retry-After`. */
  readonly toldLater: number;
  readonly other: number;
  /** Until the last answer. */
  readonly seconds: number;
  readonly acceptedMs: { readonly p50: number; readonly p99: number };
  /** Of the host, before and after; null where the kernel does not tell. */
  readonly proportionalMb: readonly [before: number | null, after: number | null];
}

export async function measureWebhooks(plan: FloodPlan): Promise<FloodMeasurement> {
  const azure = await launchLocalAzure({
    args: ['--ephemeral'],
    environment: { PIPELINES_DIRECTORY: 'bench/pipelines', FLOOD_SECRET, APP_LOG_LEVEL: 'error' },
    logs: 'ignore',
  });
  const memory = async () => readProcess((await azure.status()).host.pid)?.proportionalMb ?? null;
  try {
    const warmUp = await flood(azure.ready.http, WARM_UP);
    const before = await memory();
    const begun = performance.now();
    const answers = await flood(azure.ready.http, plan, warmUp.length);
    const seconds = (performance.now() - begun) / 1_000;
    return { ...count(answers), seconds, proportionalMb: [before, await memory()] };
  } finally {
    await azure.stop();
  }
}

function count(answers: readonly FloodAnswer[]): Omit<FloodMeasurement, 'seconds' | 'proportionalMb'> {
  const accepted = answers.filter(({ status }) => status === 202);
  const toldLater = answers.filter(({ status, retryAfter }) => [429, 503].includes(status) && Number(retryAfter) > 0).length;
  const milliseconds = accepted.map((answer) => answer.milliseconds);
  return {
    offered: answers.length,
    accepted: accepted.length,
    toldLater,
    other: answers.length - accepted.length - toldLater,
    acceptedMs: { p50: percentile(milliseconds, 0.5), p99: percentile(milliseconds, 0.99) },
  };
}

export function formatFlood(runs: readonly FloodMeasurement[]): string {
  const row = (name: string, of: (run: FloodMeasurement) => number | null) => [
    name,
    ...runs.map((run) => Math.round(of(run) ?? NaN)),
  ];
  return formatTable(
    ['webhooks', ...runs.map((_, index) => `run ${index + 1}`)],
    [
      row('offered', (run) => run.offered),
      row('accepted (202)', (run) => run.accepted),
      row('told to come again (429, 503)', (run) => run.toldLater),
      row('anything else', (run) => run.other),
      row('last answer after, s', (run) => run.seconds),
      row('accepted, p50 ms', (run) => run.acceptedMs.p50),
      row('accepted, p99 ms', (run) => run.acceptedMs.p99),
      row('memory of the host before, PSS MB', (run) => run.proportionalMb[0]),
      row('memory of the host after, PSS MB', (run) => run.proportionalMb[1]),
    ],
  );
}
