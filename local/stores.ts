/** The process of the stores: Service Bus, Cosmos and Blob. Started by the launcher, never by hand. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type BlobService, startBlob } from './blob/server.ts';
import { serveLauncher } from './child.ts';
import { loadLayout } from './cosmos/layout.ts';
import { type CosmosServer, startCosmos } from './cosmos/server.ts';
import type { ThrottleRule } from './cosmos/throttle.ts';
import { explainPort, LocalAzureError } from './failure.ts';
import type { Stores, StoresConfig } from './messages.ts';
import { type ServiceBusServer, startServiceBus } from './service-bus/server.ts';
import { loadTopology } from './service-bus/topology.ts';

/** The sources and the bundles lie one level below the root. */
const DEFINITIONS = join(import.meta.dirname, '..', 'local');

interface Running {
  readonly config: StoresConfig;
  readonly serviceBus: ServiceBusServer;
  readonly cosmos: CosmosServer;
  readonly blob: BlobService;
}

let running: Running | undefined;

serveLauncher<StoresConfig, Stores>({
  async start(config) {
    const { folder, ports } = config;
    const [serviceBus, cosmos, blob] = await Promise.all([
      openServiceBus(config),
      openCosmos(config),
      startBlob({ port: ports.blob, folder }).catch((error: unknown) => {
        throw explainPort(error, ports.blob, '--blob-port');
      }),
    ]);
    running = { config, serviceBus: serviceBus.server, cosmos: cosmos.server, blob };
    return {
      ports: { serviceBus: serviceBus.server.port, cosmos: cosmos.server.port, blob: blob.port },
      serviceBus: serviceBus.server.connectionString,
      cosmos: { endpoint: cosmos.server.endpoint, key: cosmos.server.key, database: cosmos.database },
      blob: blob.connectionString,
    };
  },

  answer(question, body) {
    if (running === undefined) throw new Error('The stores have not started.');
    const { serviceBus, cosmos, blob } = running;
    if (question === 'counters') return { serviceBus: serviceBus.counters(), cosmos: cosmos.counters(), blob: blob.counters() };
    if (question === 'throttle') {
      const rule = readThrottleRule(body);
      cosmos.throttle(rule);
      return rule;
    }
    throw new Error(`The stores cannot answer "${question}".`);
  },

  async stop() {
    await Promise.all([running?.serviceBus.close(), running?.cosmos.close(), running?.blob.close()]);
  },

  orphaned() {
    if (running?.config.ephemeral === true) rmSync(running.config.folder, { recursive: true, force: true });
  },
});

async function openServiceBus({ folder, ports, verbose }: StoresConfig): Promise<{ server: ServiceBusServer }> {
  const file = join(DEFINITIONS, 'service-bus.json');
  const topology = loadTopology(readFileSync(file, 'utf8'), file);
  try {
    const databasePath = join(folder, 'service-bus.db');
    return {
      server: await startServiceBus({ port: ports.serviceBus, topology, databasePath, log: logOf('Service Bus', verbose) }),
    };
  } catch (error) {
    throw explainPort(error, ports.serviceBus, '--service-bus-port');
  }
}

async function openCosmos({ folder, ports, verbose }: StoresConfig): Promise<{ server: CosmosServer; database: string }> {
  const file = join(DEFINITIONS, 'cosmos.json');
  const layout = loadLayout(readFileSync(file, 'utf8'), file);
  const database = layout.databases[0]?.id ?? '';
  try {
    const databasePath = join(folder, 'cosmos.db');
    return { server: await startCosmos({ port: ports.cosmos, layout, databasePath, log: logOf('Cosmos', verbose) }), database };
  } catch (error) {
    throw explainPort(error, ports.cosmos, '--cosmos-port');
  }
}

type Level = 'debug' | 'information' | 'warning' | 'error';

function logOf(server: string, verbose: boolean): (level: Level, message: string) => void {
  return (level, message) => {
    if (!verbose && (level === 'debug' || level === 'information')) return;
    console.error(`${new Date().toISOString()} ${level.padEnd(11)} ${server}: ${message}`);
  };
}

const throttleRule = z.strictObject({
  share: z.number().min(0).max(1),
  retryAfterMs: z.number().nonnegative(),
  untilMs: z.number().exactOptional(),
  seed: z.number().exactOptional(),
});

/** @throws LocalAzureError `throttle_rule_invalid` */
function readThrottleRule(body: unknown): ThrottleRule | null {
  const parsed = throttleRule.nullable().safeParse(body);
  if (parsed.success) return parsed.data;
  const message = `This is no throttle rule. ${z.prettifyError(parsed.error)}`;
  throw new LocalAzureError({ code: 'throttle_rule_invalid', message });
}
