import { percentile } from '../demo/outcome.ts';
import { type LaunchedLocalAzure, launchLocalAzure } from '../local/launch.ts';
import { BenchClient } from './client.ts';
import { type CostPerOrder, costPerOrder, spending } from './cost.ts';
import { createOrders } from './orders.ts';
import { readProcess } from './processes.ts';

export interface Plan {
  readonly bursts: readonly number[];
  readonly warmUp: number;
  readonly steady: { readonly perSecond: number; readonly seconds: number };
  readonly recovery: number;
}

export interface Burst {
  readonly orders: number;
  readonly ordersPerSecond: number;
  readonly cost: CostPerOrder;
}

/** One run of everything, on a fresh local Azure. */
export interface Measurement {
  readonly coldStart: { readonly readyMs: number; readonly firstOrderMs: number };
  readonly bursts: readonly Burst[];
  readonly steady: { readonly p50Ms: number; readonly p99Ms: number };
  /** After the last burst, both processes together; null where the kernel does not tell. */
  readonly memory: { readonly residentMb: number; readonly proportionalMb: number } | null;
  /** From the kill of the host with orders in flight. */
  readonly recovery: {
    readonly inFlight: number;
    readonly allDoneMs: number;
    readonly lost: number;
    readonly repeatedEvents: number;
  };
}

const PATIENCE_MS = 120_000;

export async function measure(plan: Plan, tell: (line: string) => void): Promise<Measurement> {
  const begun = performance.now();
  const azure = await launchLocalAzure({
    args: ['--ephemeral'],
    environment: { PIPELINES_DIRECTORY: 'bench/pipelines' },
    logs: 'ignore',
  });
  const readyMs = performance.now() - begun;
  const client = new BenchClient(azure.ready.serviceBus);
  try {
    await client.sendTogether(createOrders('first', 1));
    await client.done(1, PATIENCE_MS);
    const coldStart = { readyMs, firstOrderMs: performance.now() - begun };
    tell(`cold start: ready after ${readyMs.toFixed(0)} ms, first order done after ${coldStart.firstOrderMs.toFixed(0)} ms`);
    await measureBurst(azure, client, plan.warmUp, 'warm-up');
    const bursts: Burst[] = [];
    for (const orders of plan.bursts) {
      const burst = await measureBurst(azure, client, orders, `burst-${orders}`);
      bursts.push(burst);
      tell(`${orders} at once: ${burst.ordersPerSecond.toFixed(0)} orders/s`);
    }
    const memory = await readMemory(azure);
    const steady = await measureSteady(client, plan.steady);
    tell(`${plan.steady.perSecond} a second: p50 ${steady.p50Ms.toFixed(1)} ms, p99 ${steady.p99Ms.toFixed(1)} ms`);
    const recovery = await measureRecovery(azure, client, plan.recovery);
    tell(`host killed with ${recovery.inFlight} orders in flight: all done after ${recovery.allDoneMs.toFixed(0)} ms`);
    return { coldStart, bursts, steady, memory, recovery };
  } finally {
    await client.close();
    await azure.stop();
  }
}

async function measureBurst(azure: LaunchedLocalAzure, client: BenchClient, count: number, prefix: string): Promise<Burst> {
  const orders = createOrders(prefix, count);
  const before = await spending(azure);
  const doneBefore = client.doneAt.size;
  const begun = performance.now();
  await client.sendTogether(orders);
  await client.done(doneBefore + count, PATIENCE_MS);
  const seconds = (performance.now() - begun) / 1000;
  return { orders: count, ordersPerSecond: count / seconds, cost: costPerOrder(before, await spending(azure), count) };
}

async function measureSteady(client: BenchClient, { perSecond, seconds }: Plan['steady']): Promise<Measurement['steady']> {
  const orders = createOrders('steady', perSecond * seconds);
  const doneBefore = client.doneAt.size;
  const sentAt = await client.sendSteadily(orders, 1000 / perSecond);
  await client.done(doneBefore + orders.length, PATIENCE_MS);
  const latencies = [...sentAt].map(([orderId, at]) => (client.doneAt.get(orderId) ?? Number.POSITIVE_INFINITY) - at);
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}

async function readMemory(azure: LaunchedLocalAzure): Promise<Measurement['memory']> {
  const { stores, host } = await azure.status();
  const figures = [stores.pid, host.pid].map(readProcess);
  if (figures.includes(undefined)) return null;
  return {
    residentMb: figures.reduce((sum, process) => sum + (process?.residentMb ?? 0), 0),
    proportionalMb: figures.reduce((sum, process) => sum + (process?.proportionalMb ?? 0), 0),
  };
}

/** Kills the host when a fifth of the orders is done. */
async function measureRecovery(azure: LaunchedLocalAzure, client: BenchClient, count: number): Promise<Measurement['recovery']> {
  const doneBefore = client.doneAt.size;
  const repeatedBefore = client.repeatedEvents;
  const { host } = await azure.status();
  await client.sendTogether(createOrders('recovery', count));
  await client.done(doneBefore + Math.ceil(count / 5), PATIENCE_MS);

  process.kill(host.pid, 'SIGKILL');
  const killedAt = performance.now();
  const doneAtKill = client.doneAt.size;
  await client.done(doneBefore + count, PATIENCE_MS).catch(() => undefined);

  const after = [...client.doneAt.values()].filter((at) => at > killedAt);
  return {
    inFlight: count - (doneAtKill - doneBefore),
    allDoneMs: Math.max(...after) - killedAt,
    lost: doneBefore + count - client.doneAt.size,
    repeatedEvents: client.repeatedEvents - repeatedBefore,
  };
}
