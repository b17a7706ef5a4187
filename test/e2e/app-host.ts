import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../local/app-settings.ts';
import { LocalAzureError } from '../../local/failure.ts';
import type { HostConfig, ToChild } from '../../local/messages.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** What is deployed: all but a developer's own `local.settings.json`. */
const PACKAGE = ['package.json', 'host.json', 'dist', 'pipelines'];
const CONNECTIONS = /^(AzureWebJobsStorage|SB|COSMOS|DATA)(__|$)/;
const PATIENCE_MS = 10_000;

const startMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), ready: z.object({ origin: z.string() }) }),
  z.object({ kind: z.literal('failed'), failure: z.object({ code: z.string(), message: z.string() }) }),
]);

/** The process of the Functions host with the compiled app in it, alone: what it is connected to is up to its settings. */
export interface AppHost {
  readonly origin: string;
  /** All that host and app have logged. */
  log(): string;
  /** Ends it as the launcher does. */
  stop(): Promise<void>;
}

/**
 * @param settings of the app; an undefined one is not set, whatever the local Azure would give it
 * @throws LocalAzureError what kept the host from starting
 */
export async function startAppHost(settings: Readonly<Record<string, string | undefined>>): Promise<AppHost> {
  const folder = await mkdtemp(join(tmpdir(), 'hexdag-host-'));
  await Promise.all(PACKAGE.map((name) => symlink(join(ROOT, name), join(folder, name))));
  const inherited = Object.entries(process.env).filter(([name]) => !CONNECTIONS.test(name));
  const child = fork(join(ROOT, 'dist', 'host.mjs'), [], {
    env: { ...Object.fromEntries(inherited), ...settings },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exited: Promise<unknown[]> = once(child, 'close');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (log += String(chunk)));
  const send = (message: ToChild<HostConfig>) => void child.send(message);

  const defaults = Object.fromEntries(Object.entries(DEFAULT_SETTINGS).filter(([name]) => !(name in settings)));
  send({ kind: 'start', config: { appDirectory: folder, port: 0, folder, connections: {}, defaults, verbose: true } });
  // If it ends without a word, what comes is no message but its exit code.
  const [message] = await Promise.race([once(child, 'message'), exited]);
  const started = startMessage.parse(message);

  const ended = async () => {
    const force = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(force);
    await rm(folder, { recursive: true, force: true });
  };
  if (started.kind === 'failed') {
    await ended();
    throw new LocalAzureError(started.failure);
  }
  return {
    origin: started.ready.origin,
    log: () => log,
    stop: () => {
      send({ kind: 'stop' });
      return ended();
    },
  };
}
