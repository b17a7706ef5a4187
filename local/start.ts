/** The launcher: starts the local Azure with the app on it, and keeps it running until it is told to stop. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { startControl } from './control.ts';
import { openDataFolder } from './data-folder.ts';
import { LocalAzureError, toFailure } from './failure.ts';
import { LocalAzure } from './local-azure.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { describeReady, failureLine, readyLine } from './ready.ts';

/** The first with SQLite built in. */
const MINIMUM_NODE = 22;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What shells report after Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/** The sources and the bundles lie one level below the root. */
const ROOT = join(import.meta.dirname, '..');

try {
  requireNode();
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else await launch(options);
} catch (error) {
  const failure = toFailure(error);
  if (process.argv.includes('--json')) console.log(failureLine(failure));
  else console.error(failure.message);
  process.exit(failure.code.startsWith('option_') ? EXIT_USAGE : EXIT_FAILED);
}

function requireNode(): void {
  if (Number.parseInt(process.versions.node, 10) >= MINIMUM_NODE) return;
  const message = `The local Azure needs Node.js ${MINIMUM_NODE} or later, and this is ${process.version}: the npm scripts bring the right one.`;
  throw new LocalAzureError({ code: 'node_too_old', message });
}

async function launch({ data, app, ports, enableAuth, json, verbose }: Options): Promise<void> {
  const folder = openDataFolder(data);
  let ending: Promise<never> | undefined;
  const functionKey = enableAuth ? randomBytes(32).toString('base64url') : undefined;

  const azure = new LocalAzure({
    folder,
    appDirectory: resolve(app ?? ROOT),
    ports,
    programs: join(ROOT, 'dist'),
    verbose,
    functionKey,
    log: (line) => console.error(line),
    onFailure: (failure) => {
      console.error(failure.message);
      void end(EXIT_FAILED);
    },
  });

  function end(exitCode: number): Promise<never> {
    ending ??= azure.stop().then(() => {
      folder.release();
      process.exit(exitCode);
    });
    return ending;
  }

  function interrupt(exitCode: number): void {
    if (ending !== undefined) process.exit(exitCode);
    if (!json) console.error('Stopping: what runs is finished first. Again to stop at once; nothing is lost.');
    void end(exitCode);
  }
  process.on('SIGINT', () => interrupt(EXIT_INTERRUPTED));
  process.on('SIGTERM', () => interrupt(0));
  // Started by a program rather than a person: it ends with that program.
  process.on('disconnect', () => void end(0));

  try {
    const [{ stores, host }, control] = await Promise.all([azure.start(), startControl(azure)]);
    const { stores: storesStatus, host: hostStatus } = azure.status();
    const pids = { stores: storesStatus.pid, host: hostStatus.pid };
    const { path, ephemeral } = folder;
    const ready = { stores, host, control: control.origin, pids, functionKey, folder: path, ephemeral };
    console.log(json ? readyLine(ready) : describeReady(ready));
  } catch (error) {
    // Stopped while starting is no failure.
    if (ending !== undefined) await ending;
    folder.release();
    throw error;
  }
}
