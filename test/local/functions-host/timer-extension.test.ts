import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import { TimerExtension } from '../../../local/functions-host/timer-extension.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { fixtureDirectory } from './probe.ts';

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 21, 10, 30);

interface Call {
  readonly name: string;
  readonly timer: { readonly isPastDue: boolean; readonly scheduleStatus: Readonly<Record<string, string>> | null };
}

interface Fixture {
  readonly calls: Call[];
  readonly behaviour: { gate: Promise<void> | undefined; fail: boolean };
}

const appDirectory = fixtureDirectory('timer-app');
const appFile = join(appDirectory, 'functions.cjs');
const load = createRequire(import.meta.url);
let directory: string;
let statusPath: string;
let clock: ManualClock;
let host: FunctionsHost | undefined;

beforeEach(() => {
  process.env['TZ'] = 'UTC';
  directory = mkdtempSync(join(tmpdir(), 'functions-host-'));
  statusPath = join(directory, 'timers.json');
  clock = new ManualClock(START);
});

afterEach(async () => {
  await host?.close();
  host = undefined;
  rmSync(directory, { recursive: true });
});

/** Starts the app afresh: its modules would register nothing a second time. */
async function start(schedule = '0 0 * * * *'): Promise<Fixture> {
  delete load.cache[appFile];
  const settings = { HOURLY_SCHEDULE: schedule };
  const extensions = [new TimerExtension({ statusPath })];
  host = await startFunctionsHost({ appDirectory, port: 0, settings, extensions, clock, onLog: () => undefined });
  return load(appFile);
}

/** Lets what a timer has begun run to its end; no real time passes. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function callsOf({ calls }: Fixture, name: string): Call['timer'][] {
  return calls.filter((call) => call.name === name).map(({ timer }) => timer);
}

describe('a timer', () => {
  it('fires at its times and tells the function when it ran and will run', async () => {
    const app = await start();

    clock.advance(HOUR_MS);
    await settle();
    clock.advance(HOUR_MS);
    await settle();

    expect(callsOf(app, 'hourly')).toEqual([
      {
        schedule: { adjustForDST: true },
        scheduleStatus: {
          last: '0001-01-01T00:00:00',
          next: '2026-11-21T11:00:00+00:00',
          lastUpdated: '2026-11-21T10:30:00+00:00',
        },
        isPastDue: false,
      },
      {
        schedule: { adjustForDST: true },
        scheduleStatus: {
          last: '2026-11-21T11:00:00+00:00',
          next: '2026-11-21T12:00:00+00:00',
          lastUpdated: '2026-11-21T11:00:00+00:00',
        },
        isPastDue: false,
      },
    ]);
  });

  it('runs at once at start when told so', async () => {
    const app = await start();
    await settle();

    expect(callsOf(app, 'eager')).toEqual([expect.objectContaining({ isPastDue: false })]);
  });

  it('that fires more often than once a minute has no status', async () => {
    const app = await start();

    clock.advance(10_000);
    await settle();

    expect(callsOf(app, 'frequent')).toEqual([expect.objectContaining({ scheduleStatus: null })]);
    expect(Object.keys(JSON.parse(readFileSync(statusPath, 'utf8')))).not.toContain('frequent');
  });

  it('makes up once for the runs it missed while the host was off', async () => {
    await start();
    await host?.close();
    clock.advance(3 * HOUR_MS);

    const app = await start();
    await settle();
    clock.advance(HOUR_MS);
    await settle();

    expect(callsOf(app, 'hourly').map(({ isPastDue }) => isPastDue)).toEqual([true, false]);
  });

  it('is not past due when its schedule was changed to one that missed nothing', async () => {
    await start();
    await host?.close();
    clock.advance(HOUR_MS);

    const app = await start('0 0 23 * * *');
    await settle();

    expect(callsOf(app, 'hourly')).toEqual([]);
  });

  it('does not start a second call while one runs, and goes on from when that ended', async () => {
    const app = await start();
    let open = () => {};
    app.behaviour.gate = new Promise((resolve) => {
      open = resolve;
    });
    clock.advance(HOUR_MS);
    await settle();
    clock.advance(3 * HOUR_MS);
    await settle();
    const callsMeanwhile = callsOf(app, 'hourly').length;

    open();
    await settle();
    clock.advance(HOUR_MS);
    await settle();

    expect(callsMeanwhile).toBe(1);
    expect(callsOf(app, 'hourly')).toHaveLength(2);
  });

  it('goes on after a failed call', async () => {
    const app = await start();
    app.behaviour.fail = true;

    clock.advance(HOUR_MS);
    await settle();
    clock.advance(HOUR_MS);
    await settle();

    expect(callsOf(app, 'hourly')).toHaveLength(2);
  });

  it('stops when the host is drained', async () => {
    const app = await start();
    await settle();
    await host?.drain();
    const before = app.calls.length;

    clock.advance(24 * HOUR_MS);
    await settle();

    expect(app.calls).toHaveLength(before);
  });

  it('keeps the host from starting when its schedule is wrong, naming function and fault', async () => {
    const starting = start('every hour');

    await expect(starting).rejects.toMatchObject({
      code: 'schedule_invalid',
      message: expect.stringMatching(/'hourly'.*every hour.*2 fields/),
    });
  });

  it('refuses a damaged status file rather than forget what ran', async () => {
    writeFileSync(statusPath, '{');

    const starting = start();

    await expect(starting).rejects.toMatchObject({ code: 'settings_invalid', message: expect.stringContaining(statusPath) });
  });
});
