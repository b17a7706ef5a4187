import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import { fixtureDirectory, ProbeExtension } from './probe.ts';

const appDirectory = fixtureDirectory('gated-app');
const appFile = join(appDirectory, 'functions.cjs');
const settingsFile = join(appDirectory, 'local.settings.json');
const ORIGIN = 'https://page.example';
const load = createRequire(import.meta.url);

let logs: LogEntry[];
let probe: ProbeExtension;
let host: FunctionsHost | undefined;

beforeAll(() => {
  writeFileSync(
    settingsFile,
    JSON.stringify({ Values: { FROM_FILE: 'a setting' }, Host: { CORS: ORIGIN, CORSCredentials: true } }),
  );
});

afterAll(() => rmSync(settingsFile));

afterEach(async () => {
  await host?.close();
  host = undefined;
});

/** Starts the app afresh: its modules would register nothing a second time. */
async function start(port = 0): Promise<FunctionsHost> {
  delete load.cache[appFile];
  logs = [];
  probe = new ProbeExtension();
  host = await startFunctionsHost({ appDirectory, port, extensions: [probe], onLog: (entry) => logs.push(entry) });
  return host;
}

describe('a host', () => {
  it('gives the app its local settings, and runs only the functions that host.json lists', async () => {
    const { origin } = await start();

    const [open, unlisted] = await Promise.all([fetch(`${origin}/open`), fetch(`${origin}/unlisted`)]);

    expect(await open.text()).toBe('a setting');
    expect(unlisted.status).toBe(404);
  });

  it('answers 429 beyond the outstanding requests of host.json', async () => {
    const { origin } = await start();
    const { gate } = load(appFile);
    const first = fetch(`${origin}/gated`);
    await gate.begun;

    const second = await fetch(`${origin}/open`);
    gate.open();

    expect(second.status).toBe(429);
    expect(second.headers.get('retry-after')).toBe('1');
    expect((await first).status).toBe(200);
  });

  it('lets a page of an allowed origin call it, and no other', async () => {
    const { origin } = await start();
    const preflight = { method: 'OPTIONS', headers: { origin: ORIGIN, 'access-control-request-method': 'PUT' } };

    const asked = await fetch(`${origin}/open`, preflight);
    const called = await fetch(`${origin}/open`, { headers: { origin: ORIGIN } });
    const foreign = await fetch(`${origin}/open`, { headers: { origin: 'https://other.example' } });

    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-methods')).toBe('PUT');
    expect(called.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(called.headers.get('access-control-allow-credentials')).toBe('true');
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('says that it does not follow retry policies', async () => {
    await start();

    const warnings = logs.filter(({ level }) => level === 'warning').map(({ message }) => message);

    expect(warnings).toContain("The function 'retried' will not be retried: this host does not follow retry policies.");
  });

  it('waits for what runs when it is closed, taking nothing new meanwhile', async () => {
    const running = await start();
    const { gate } = load(appFile);
    const first = fetch(`${running.origin}/gated`);
    await gate.begun;

    const closed = running.close();
    const late = await fetch(`${running.origin}/open`);
    const lifeMeanwhile = [...probe.life];
    gate.open();
    await closed;

    expect(late.status).toBe(503);
    expect(lifeMeanwhile).toEqual(['prepare', 'start', 'drain']);
    expect(await (await first).text()).toBe('through');
    expect(probe.life).toEqual(['prepare', 'start', 'drain', 'close']);
  });

  it('whose port is taken does not start, and closes its extensions', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve(Object(other.address()).port));
    });

    const starting = start(port);

    await expect(starting).rejects.toMatchObject({ code: 'port_unavailable', message: expect.stringContaining(String(port)) });
    expect(probe.life).toEqual(['close']);
    await new Promise((resolve) => other.close(resolve));
  });
});
