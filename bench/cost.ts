import type { Counters, LaunchedLocalAzure } from '../local/launch.ts';
import { readCpuMs } from './processes.ts';

/** What all that was done so far has cost. */
export interface Spending {
  readonly counters: Counters;
  /** Undefined where the kernel does not tell. */
  readonly storesCpuMs: number | undefined;
  readonly hostCpuMs: number | undefined;
  readonly clientCpuMs: number;
}

/** The price of one order. */
export interface CostPerOrder {
  readonly storesCpuMs: number | null;
  readonly hostCpuMs: number | null;
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
  const { user, system } = process.cpuUsage();
  return {
    counters: await azure.counters(),
    storesCpuMs: readCpuMs(stores.pid),
    hostCpuMs: readCpuMs(host.pid),
    clientCpuMs: (user + system) / 1000,
  };
}

export function costPerOrder(before: Spending, after: Spending, orders: number): CostPerOrder {
  const per = (server: string, ...names: readonly string[]) =>
    names.reduce((sum, name) => sum + count(after, server, name) - count(before, server, name), 0) / orders;
  const durableCommits = per('host', 'DurableTask.commits');
  return {
    storesCpuMs: difference(before.storesCpuMs, after.storesCpuMs, orders),
    hostCpuMs: difference(before.hostCpuMs, after.hostCpuMs, orders),
    clientCpuMs: (after.clientCpuMs - before.clientCpuMs) / orders,
    cosmosRequests: per('cosmos', 'requests'),
    requestUnits: per('cosmos', 'requestUnits'),
    serviceBusOperations: per('serviceBus', 'sends', 'deliveries', 'settlements'),
    durableActions: per('host', 'DurableTask.actions'),
    durableCommits,
    flushes: durableCommits + per('cosmos', 'commits') + per('serviceBus', 'commits') + per('blob', 'commits'),
  };
}

function difference(before: number | undefined, after: number | undefined, orders: number): number | null {
  return before === undefined || after === undefined ? null : (after - before) / orders;
}

function count({ counters }: Spending, server: string, name: string): number {
  return counters[server]?.[name] ?? 0;
}
