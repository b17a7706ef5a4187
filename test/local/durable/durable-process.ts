/** The fixture app in a process of its own. Arguments: database path, number of commits after which it kills itself (0: never). */
import { DurableExtension } from '../../../local/durable/extension.ts';
import { startFunctionsHost } from '../../../local/functions-host/host.ts';
import { APP_DIRECTORY, SYSTEM_KEY } from './driver.ts';

const [databasePath = '', dieAfterCommits = '0'] = process.argv.slice(2);
const limit = Number(dieAfterCommits);
const extension = new DurableExtension({ databasePath, systemKey: SYSTEM_KEY });

function dieInTime(): void {
  if ((extension.counters()['commits'] ?? 0) >= limit) process.kill(process.pid, 'SIGKILL');
  else setImmediate(dieInTime);
}

const host = await startFunctionsHost({
  appDirectory: APP_DIRECTORY,
  port: 0,
  settings: { TASKHUB_NAME: 'TestHub' },
  extensions: [extension],
  onLog: () => {},
});
process.once('disconnect', () => void host.close());
process.send?.(host.origin, () => {
  if (limit > 0) dieInTime();
});
