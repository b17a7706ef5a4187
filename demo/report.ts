import type { Fault } from './outcome.ts';
import { formatTable } from './table.ts';

/** What the demo found out; printed as it is with `--output json`. */
export interface Report {
  readonly ok: boolean;
  readonly sent: number;
  readonly runs: number;
  readonly completed: number;
  readonly failed: number;
  readonly refused: number;
  readonly duplicatesStopped: number;
  /** Codes and how often each was given. */
  readonly failures: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  /** Calls to systems outside, by effect: of how many orders, how often in all, and how often at most for one order. */
  readonly effects: readonly {
    readonly effect: string;
    readonly orders: number;
    readonly calls: number;
    readonly mostPerOrder: number;
  }[];
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly ordersPerSecond: number;
  readonly startMs: number;
  readonly faults: readonly Fault[];
}

export function formatReport(report: Report): string {
  const { sent, runs, completed, failed, refused, duplicatesStopped, latencyMs, ordersPerSecond, faults } = report;
  const outcome = formatTable(
    ['', '', ''],
    [
      ['messages sent', sent, ''],
      ['runs', runs, ''],
      ['  completed', completed, ''],
      ['  failed', failed, reasons(report.failures)],
      ['refused, in the dead-letter queue', refused, reasons(report.refusals)],
      ['duplicates stopped', duplicatesStopped, ''],
      ['from send to done, p50', `${latencyMs.p50} ms`, ''],
      ['from send to done, p99', `${latencyMs.p99} ms`, ''],
      ['orders per second', Math.round(ordersPerSecond), ''],
    ],
  );
  const effects = formatTable(
    ['effect', 'orders', 'calls', 'most per order'],
    report.effects.map(({ effect, orders, calls, mostPerOrder }) => [effect, orders, calls, mostPerOrder]),
  );
  const verdict = report.ok
    ? 'Every order ended as it must, and no effect happened twice.\n'
    : `These did not end as they must:\n${formatTable(
        ['order', 'expected', 'seen'],
        faults.map((fault) => [fault.orderId, fault.expected, fault.seen]),
      )}`;
  return `${outcome}\n${effects}\n${verdict}\n${NEXT}`;
}

const NEXT = `Where to look next:
  pipelines/order-processing.yaml   what a run does         steps/   the code it calls
  pipelines/orders.trigger.yaml     what starts it
  npm run hexdag -- start           the same local Azure, to keep; then, in another terminal:
  npm run hexdag -- runs list       what ran on it
  npm run bench                     how fast it is
`;

function reasons(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([code, count]) => `${count} ${code}`)
    .join(', ');
}
