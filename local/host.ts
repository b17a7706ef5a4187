/** The process of the Functions host, with the app in it. Started by the launcher, never by hand. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { serveLauncher } from './child.ts';
import { DurableExtension } from './durable/extension.ts';
import { explainPort } from './failure.ts';
import { BlobExtension } from './functions-host/blob-extension.ts';
import { type FunctionsHost, startFunctionsHost } from './functions-host/host.ts';
import { formatLogEntry, type LogSink } from './functions-host/logging.ts';
import { ServiceBusExtension } from './functions-host/service-bus-extension.ts';
import { applySettings, readLocalSettings } from './functions-host/settings.ts';
import { TimerExtension } from './functions-host/timer-extension.ts';
import type { Host, HostConfig } from './messages.ts';

let running: FunctionsHost | undefined;

serveLauncher<HostConfig, Host>({
  async start({ appDirectory, folder, port, connections, defaults, verbose, functionKey }) {
    forgetIdentities(Object.keys(connections));
    applySettings(process.env, readLocalSettings(appDirectory).values);
    applySettings(process.env, defaults);
    const systemKey = randomBytes(32).toString('base64url');
    try {
      running = await startFunctionsHost({
        appDirectory,
        port,
        settings: connections,
        systemKey,
        ...(functionKey === undefined ? {} : { enableAuth: true, hostKey: functionKey }),
        extensions: [
          new DurableExtension({ databasePath: join(folder, 'durable.db'), systemKey }),
          new ServiceBusExtension(),
          new BlobExtension({ databasePath: join(folder, 'blob-receipts.db') }),
          new TimerExtension({ statusPath: join(folder, 'timers.json') }),
        ],
        onLog: verbose ? printAll : printProblems,
      });
    } catch (error) {
      throw explainPort(error, port, '--port');
    }
    return { port: running.port, origin: running.origin };
  },

  answer(question) {
    if (running === undefined) throw new Error('The host has not started.');
    if (question === 'counters') return { host: running.counters() };
    throw new Error(`The host cannot answer "${question}".`);
  },

  async stop() {
    await running?.close();
  },
});

/** A connection given as an identity (`SB__fullyQualifiedNamespace`) would stand beside the connection string of the local server. */
function forgetIdentities(prefixes: readonly string[]): void {
  for (const name of Object.keys(process.env)) {
    if (prefixes.some((prefix) => name.startsWith(`${prefix}__`))) delete process.env[name];
  }
}

const printAll: LogSink = (entry) => void process.stderr.write(`${formatLogEntry(entry)}\n`);

const printProblems: LogSink = (entry) => {
  if (entry.level === 'warning' || entry.level === 'error' || entry.level === 'critical') printAll(entry);
};
