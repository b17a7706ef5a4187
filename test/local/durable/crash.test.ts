import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { MAX_RESTARTS } from '../../../local/durable/task-runner.ts';
import { eventLine, type InstanceStatus } from './driver.ts';

const folder = mkdtempSync(join(tmpdir(), 'durable-'));
const DEATHS_AFTER_COMMITS = [1, 2, 3, 7, 15, 40];
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function runApp(databasePath: string, dieAfterCommits: number): ChildProcess {
  const script = fileURLToPath(new URL('./durable-process.ts', import.meta.url));
  const child = fork(script, [databasePath, String(dieAfterCommits)], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  children.push(child);
  return child;
}

async function startProcess(databasePath: string, dieAfterCommits: number): Promise<{ child: ChildProcess; origin: string }> {
  const child = runApp(databasePath, dieAfterCommits);
  const [origin] = (await once(child, 'message')) as [string];
  return { child, origin };
}

async function outcome(origin: string, id: string): Promise<InstanceStatus> {
  for (;;) {
    const response = await fetch(`${origin}/durabletask/instances/${id}?showHistory=true`);
    if (response.status === 200) return (await response.json()) as InstanceStatus;
  }
}

test('orchestrations end right and once, however often the process is killed', async () => {
  const databasePath = join(folder, 'killed.db');
  const journeys = Array.from({ length: 12 }, (_, index) => `journey-${index}`);
  const first = await startProcess(databasePath, 0);
  const started = [...journeys.map((id) => `journey/${id}`), 'longChain/long'].map((path) =>
    fetch(`${first.origin}/durabletask/orchestrators/${path}`, { method: 'POST', body: path.startsWith('long') ? '150' : '' }),
  );
  const accepted = await Promise.all(started);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const deaths: (string | null)[] = [];
  for (const commits of DEATHS_AFTER_COMMITS) {
    const { child } = await startProcess(databasePath, commits);
    if (child.signalCode === null) await once(child, 'exit');
    deaths.push(child.signalCode);
  }

  const { child, origin } = await startProcess(databasePath, 0);
  const outcomes: InstanceStatus[] = [];
  for (const id of ['long', ...journeys]) outcomes.push(await outcome(origin, id));
  child.disconnect();
  await once(child, 'exit');

  expect(deaths).toEqual(DEATHS_AFTER_COMMITS.map(() => 'SIGKILL'));
  expect(accepted.map(({ status }) => status)).toEqual(accepted.map(() => 202));
  // Five legs of 1 + 2 + 3 and a child's 10; the sum of 0…149.
  expect(outcomes.map(({ output }) => output)).toEqual([11_175, ...journeys.map(() => 80)]);
  for (const status of outcomes) {
    const tasks = eventLine(status).filter((line) => /\d$/.test(line));
    expect(tasks).toEqual([...new Set(tasks)]);
  }
  const database = new DatabaseSync(databasePath);
  expect(database.prepare('SELECT count(*) AS rows FROM inbox').get()).toEqual({ rows: 0 });
  expect(database.prepare('SELECT count(*) AS rows FROM work').get()).toEqual({ rows: 0 });
  database.close();
});

function onDatabase<T>(path: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

test('an activity that ends the process each time it starts fails after some restarts', async () => {
  const databasePath = join(folder, 'poisoned.db');
  const restarts = () =>
    onDatabase(databasePath, (database) => database.prepare('SELECT restarts FROM work').get()?.['restarts']);
  const { child: first, origin } = await startProcess(databasePath, 0);
  const killed = once(first, 'exit');
  await fetch(`${origin}/durabletask/orchestrators/catching/poisoned`, { method: 'POST', body: '"poison"' }).catch(() => {});
  await killed;
  const counts = [restarts()];
  await once(runApp(databasePath, 0), 'exit');
  counts.push(restarts());
  onDatabase(databasePath, (database) => database.prepare('UPDATE work SET restarts = ?').run(MAX_RESTARTS - 1));
  await once(runApp(databasePath, 0), 'exit');
  counts.push(restarts());

  const last = await startProcess(databasePath, 0);
  const status = await outcome(last.origin, 'poisoned');
  last.child.disconnect();
  await once(last.child, 'exit');

  expect(counts).toEqual([0, 1, MAX_RESTARTS]);
  expect(status).toMatchObject({ runtimeStatus: 'Completed', output: expect.stringContaining('it was started again 10 times') });
  expect(restarts()).toBeUndefined();
});
