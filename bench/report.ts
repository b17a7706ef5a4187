import { type Cell, formatTable } from '../demo/table.ts';
import type { CostPerOrder } from './cost.ts';
import type { Measurement } from './measure.ts';

/**
 * Others doing the same work (five steps an order, each result durable before the next), measured on another day on a machine of the same kind:
 * medians of orders/s for 2,000 at once, milliseconds at 20 a second, CPU milliseconds an order, megabytes (PSS), seconds to recover from a kill.
 */
const PEERS = [
  { name: 'Restate', ordersPerSecond: 515, p50Ms: 10, p99Ms: 41, cpuMs: 3.4, memoryMb: 596, recoveryS: 1.5 },
  { name: 'pg-boss', ordersPerSecond: 800, p50Ms: 21.5, p99Ms: 34, cpuMs: 2.1, memoryMb: 316, recoveryS: 30.4 },
  { name: 'DBOS', ordersPerSecond: 200, p50Ms: 10.8, p99Ms: 18, cpuMs: 8.3, memoryMb: 215, recoveryS: 2.3 },
] as const;

export function formatReport(runs: readonly Measurement[]): string {
  const of = (pick: (run: Measurement) => number) => spread(runs.map(pick));
  const [first] = runs;
  const rows: (readonly Cell[])[] = [
    ['ready after, ms', of((run) => run.coldStart.readyMs)],
    ['first order done after, ms', of((run) => run.coldStart.firstOrderMs)],
    ...(first?.bursts ?? []).map(({ orders }, index) => [
      `${orders} at once, orders/s`,
      of((run) => run.bursts[index]?.ordersPerSecond ?? Number.NaN),
    ]),
    ['steadily, p50 ms', of((run) => run.steady.p50Ms)],
    ['steadily, p99 ms', of((run) => run.steady.p99Ms)],
    ['memory after the bursts, RSS MB', of((run) => run.memory?.residentMb ?? Number.NaN)],
    ['memory after the bursts, PSS MB', of((run) => run.memory?.proportionalMb ?? Number.NaN)],
    ['host killed: all done after, ms', of((run) => run.recovery.allDoneMs)],
    ['host killed: orders lost', of((run) => run.recovery.lost)],
  ];
  return [
    formatTable(['measured', 'min / median / max'], rows),
    formatTable(['an order of the last burst costs', 'min / median / max'], costRows(runs)),
    formatTable(['beside', 'orders/s', 'p50 ms', 'p99 ms', 'CPU ms', 'PSS MB', 'recovery s'], comparison(runs)),
    'The others were measured on another day, on a machine of this kind; such a machine varies by a factor of two. Claim nothing below 1.5.\n',
  ].join('\n');
}

function costRows(runs: readonly Measurement[]): readonly (readonly Cell[])[] {
  const names: Readonly<Record<keyof CostPerOrder, string>> = {
    storesCpuMs: 'CPU of the stores, ms',
    hostCpuMs: 'CPU of the host with the app, ms',
    clientCpuMs: 'CPU of the client, ms',
    cosmosRequests: 'Cosmos requests',
    requestUnits: 'Cosmos request units',
    serviceBusOperations: 'Service Bus operations',
    durableActions: 'Durable actions',
    durableCommits: 'Durable commits',
    flushes: 'disk flushes in all',
  };
  return runs.length === 0
    ? []
    : Object.entries(names).map(([key, name]) => [name, spread(runs.map((run) => lastCost(run, key)))]);
}

function lastCost({ bursts }: Measurement, key: string): number {
  const cost = bursts.at(-1)?.cost;
  const value = cost === undefined ? null : Object.entries(cost).find(([name]) => name === key)?.[1];
  return value ?? Number.NaN;
}

function comparison(runs: readonly Measurement[]): readonly (readonly Cell[])[] {
  const of = (pick: (run: Measurement) => number) => rounded(median(runs.map(pick)));
  return [
    [
      'hexdag-functions',
      of((run) => run.bursts.at(-1)?.ordersPerSecond ?? Number.NaN),
      of((run) => run.steady.p50Ms),
      of((run) => run.steady.p99Ms),
      of((run) => lastCost(run, 'storesCpuMs') + lastCost(run, 'hostCpuMs') + lastCost(run, 'clientCpuMs')),
      of((run) => run.memory?.proportionalMb ?? Number.NaN),
      of((run) => run.recovery.allDoneMs / 1000),
    ],
    ...PEERS.map((peer) =>
      [peer.name, peer.ordersPerSecond, peer.p50Ms, peer.p99Ms, peer.cpuMs, peer.memoryMb, peer.recoveryS].map(String),
    ),
  ];
}

function spread(values: readonly number[]): string {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return values.length === 1 ? rounded(min) : `${rounded(min)} / ${rounded(median(values))} / ${rounded(max)}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Three digits are what such a measurement can tell. */
function rounded(value: number): string {
  if (Number.isNaN(value)) return 'not known here';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
