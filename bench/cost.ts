import type { Counters, LaunchedLocalAzure } from '../local/launch.ts';
import { readCpuMs } from './processes.ts';

/** What all that was done so far has cost. */
export interface Spending {
  readonly counters: Counters;
  /** Stores, host and launcher together; undefined where the kernel does not tell. */
  readonly serverCpuMs: number | undefined;
  readonly clientCpuMs: number;
}

/** The price of one order. */
export interface CostPerOrder {
  readonly serverCpuMs: number | null;
  readonly clientCpuMs: number;
  readonly cosmosRequests: number;
  readonly requestUnits: number;
  /** Messages sent, delivered and settled, of all queues and clients. */
  readonly serviceBusOperations: number;
  readonly durableActions: number;
  readonly durableCommits: number;
  /** Flushes of the disk, each a commit of one of the databases. */
  readonly flushes: number;
}

export async function spending(azure: LaunchedLocalAzure): Promise<Spending> {
  const { stores, host } = await azure.status();
  const cpu = [stores.pid, host.pid, azure.pid].map((pid) => readCpuMs(pid) ?? Number.NaN).reduce((sum, ms) => sum + ms, 0);
  const { user, system } = process.cpuUsage();
  return {
    counters: await azure.counters(),
    serverCpuMs: Number.isNaN(cpu) ? undefined : cpu,
    clientCpuMs: (user + system) / 1000,
  };
}

export function costPerOrder(before: Spending, after: Spending, orders: number): CostPerOrder {
  const per = (server: string, ...names: readonly string[]) =>
    names.reduce((sum, name) => sum + count(after, server, name) - count(before, server, name), 0) / orders;
  const durableCommits = per('host', 'DurableTask.commits');
  return {
    serverCpuMs:
      before.serverCpuMs === undefined || after.serverCpuMs === undefined
        ? null
        : (after.serverCpuMs - before.serverCpuMs) / orders,
    clientCpuMs: (after.clientCpuMs - before.clientCpuMs) / orders,
    cosmosRequests: per('cosmos', 'requests'),
    requestUnits: per('cosmos', 'requestUnits'),
    serviceBusOperations: per('serviceBus', 'sends', 'deliveries', 'settlements'),
    durableActions: per('host', 'DurableTask.actions'),
    durableCommits,
    flushes: durableCommits + per('cosmos', 'commits') + per('serviceBus', 'commits') + per('blob', 'commits'),
  };
}

function count({ counters }: Spending, server: string, name: string): number {
  return counters[server]?.[name] ?? 0;
}
