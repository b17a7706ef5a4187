import { formatTable } from './table.ts';
import type { Fault } from './ways/way-in.ts';

export interface WayInRow {
  readonly way: string;
  readonly sent: number;
  readonly runs: number;
  readonly completed: number;
  /** Codes and how often each was given. */
  readonly failures: Readonly<Record<string, number>>;
  readonly duplicatesStopped: number;
  readonly refusals: Readonly<Record<string, number>>;
}

export interface WayOutRow {
  readonly way: string;
  /** Runs whose end was told. */
  readonly runs: number;
  /** Ends that were told again. */
  readonly repeated: number;
  /** Calls that were not believed. */
  readonly refused: number;
}

/** Calls to systems outside: of how many orders, how often in all, and how often at most for one order. */
export interface EffectRow {
  readonly effect: string;
  readonly orders: number;
  readonly calls: number;
  readonly mostPerOrder: number;
}

/** What the demo found out; printed as it is with `--output json`. */
export interface Report {
  readonly ok: boolean;
  /** Of the orders on the queue, as all figures up to `waysIn`. */
  readonly sent: number;
  readonly runs: number;
  readonly completed: number;
  readonly failed: number;
  readonly failures: WayInRow['failures'];
  readonly refused: number;
  readonly refusals: WayInRow['refusals'];
  readonly duplicatesStopped: number;
  readonly waysIn: readonly WayInRow[];
  readonly waysOut: readonly WayOutRow[];
  readonly effects: readonly EffectRow[];
  /** Of the orders on the queue. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly ordersPerSecond: number;
  readonly startMs: number;
  readonly faults: readonly Fault[];
}

export function formatReport(report: Report): string {
  const { latencyMs, ordersPerSecond, faults } = report;
  const waysIn = formatTable(
    ['way in', 'sent', 'runs', 'completed', 'failed', 'duplicates stopped', 'refused'],
    report.waysIn.map((row) => [
      row.way,
      row.sent,
      row.runs,
      row.completed,
      reasons(row.failures),
      row.duplicatesStopped,
      reasons(row.refusals),
    ]),
  );
  const waysOut = formatTable(
    ['way out', 'runs told', 'told again', 'not believed'],
    report.waysOut.map(({ way, runs, repeated, refused }) => [way, runs, repeated, refused]),
  );
  const effects = formatTable(
    ['effect of orders', 'orders', 'calls', 'most per order'],
    report.effects.map(({ effect, orders, calls, mostPerOrder }) => [effect, orders, calls, mostPerOrder]),
  );
  const pace = `The orders on the queue, from send to done: p50 ${latencyMs.p50} ms, p99 ${latencyMs.p99} ms, ${Math.round(ordersPerSecond)} a second.\n`;
  const verdict = report.ok
    ? 'Everything ended as it must, on every way, and no effect happened twice.\n'
    : `These did not end as they must:\n${formatTable(
        ['what', 'expected', 'seen'],
        faults.map((fault) => [fault.what, fault.expected, fault.seen]),
      )}`;
  return [waysIn, waysOut, effects, pace, verdict, NEXT].join('\n');
}

const NEXT = `Where to look next:
  pipelines/*.yaml                  what a run does         steps/   the code it calls
  pipelines/*.trigger.yaml          what starts it          docs/triggers.md
  examples/backend/                 a backend that sends orders and receives results
  npm run hexdag -- start           the same local Azure, to keep; then, in another terminal:
  npm run hexdag -- runs list       what ran on it
  npm run bench                     how fast it is
`;

function reasons(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts).map(([code, count]) => `${count} ${code}`);
  return all.length === 0 ? '–' : all.join(', ');
}
