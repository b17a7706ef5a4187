import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LaunchedLocalAzure, launchLocalAzure } from '../../local/launch.ts';
import { eventually } from '../helpers/eventually.ts';

const APP = join(import.meta.dirname, 'fixtures', 'app');
const START = join(import.meta.dirname, '..', '..', 'dist', 'start.mjs');
const FREE_PORTS = ['--port', '0', '--service-bus-port', '0', '--cosmos-port', '0', '--blob-port', '0'];

let folder: string;
let running: LaunchedLocalAzure[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-start-'));
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((azure) => azure.stop()));
  rmSync(folder, { recursive: true, force: true });
});

async function launch(...args: string[]): Promise<LaunchedLocalAzure> {
  const environment = { COPY_FILE: join(folder, 'copy.jsonl'), TMPDIR: folder };
  const azure = await launchLocalAzure({ args: ['--app', APP, ...args], environment });
  running.push(azure);
  return azure;
}

async function send(azure: LaunchedLocalAzure, ...bodies: unknown[]): Promise<void> {
  const client = new ServiceBusClient(azure.ready.serviceBus);
  await client.createSender('orders').sendMessages(bodies.map((body) => ({ body })));
  await client.close();
}

function copied(): unknown[] {
  const file = join(folder, 'copy.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function restarted(azure: LaunchedLocalAzure, name: 'stores' | 'host'): Promise<void> {
  await eventually(async () => expect(await azure.status()).toMatchObject({ [name]: { restarts: 1, ready: true } }));
}

/** Runs the launcher until it ends by itself. */
async function runToEnd(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [START, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  const [code] = await once(child, 'close');
  return { code, ...output };
}

describe('the launcher', () => {
  it('starts the app with the connection strings it tells the world', async () => {
    const azure = await launch('--ephemeral');

    const response = await fetch(`${azure.ready.http}/api/settings`);

    expect(await response.json()).toEqual({
      pid: azure.ready.pids.host,
      taskHub: 'hexdag',
      environment: 'development',
      sb: azure.ready.serviceBus,
    });
  });

  it('brings a killed host back at the same port, with the work that had arrived', async () => {
    const azure = await launch('--ephemeral');

    process.kill(azure.ready.pids.host, 'SIGKILL');
    await send(azure, { n: 1 });
    await restarted(azure, 'host');

    await eventually(() => expect(copied()).toEqual([{ n: 1 }]));
    expect((await fetch(`${azure.ready.http}/api/settings`)).status).toBe(200);
  });

  it('brings killed stores back at the same ports, with all they had acknowledged', async () => {
    const azure = await launch('--ephemeral');
    const container = BlobServiceClient.fromConnectionString(azure.ready.blob).getContainerClient('kept');
    await container.create();
    await container.getBlockBlobClient('a').upload('content', 7);

    process.kill(azure.ready.pids.stores, 'SIGKILL');
    await restarted(azure, 'stores');
    await send(azure, { n: 1 });

    expect((await container.getBlockBlobClient('a').downloadToBuffer()).toString()).toBe('content');
    await eventually(() => expect(copied()).toEqual([{ n: 1 }]));
  });

  it('tells the figures of every server', async () => {
    const azure = await launch('--ephemeral');
    await send(azure, { n: 1 });
    await eventually(() => expect(copied()).toHaveLength(1));

    const counters = await azure.counters();

    expect(Object.keys(counters).sort()).toEqual(['blob', 'cosmos', 'host', 'serviceBus']);
    expect(counters['host']).toMatchObject({ 'serviceBus.received': 1 });
  });

  it('takes a throttle rule for Cosmos, and refuses what is none', async () => {
    const { ready } = await launch('--ephemeral');
    const post = (body: string) => fetch(`${ready.control}/cosmos/throttle`, { method: 'POST', body });

    const [accepted, refused, unreadable] = await Promise.all([
      post('{"share":0.5,"retryAfterMs":10}'),
      post('{"share":"half"}'),
      post('nonsense'),
    ]);

    expect(await accepted.json()).toEqual({ share: 0.5, retryAfterMs: 10 });
    expect([accepted.status, refused.status, unreadable.status]).toEqual([200, 400, 400]);
  });

  it('keeps what a data folder holds from one start to the next', async () => {
    const data = join(folder, 'data');
    const first = await launch('--data', data, ...FREE_PORTS);
    const container = BlobServiceClient.fromConnectionString(first.ready.blob).getContainerClient('kept');
    await container.create();
    const exitCode = await first.stop();
    running = [];

    const second = await launch('--data', data, ...FREE_PORTS);

    expect(exitCode).toBe(0);
    expect(await BlobServiceClient.fromConnectionString(second.ready.blob).getContainerClient('kept').exists()).toBe(true);
  });

  it('refuses a data folder that is in use', async () => {
    const data = join(folder, 'data');
    await launch('--data', data, ...FREE_PORTS);

    const second = launch('--data', data, ...FREE_PORTS);

    await expect(second).rejects.toMatchObject({ code: 'data_folder_in_use' });
  });

  it('names the option of a port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' ? String(address?.port) : '';

    const failures = await Promise.all(
      ['--port', '--service-bus-port', '--cosmos-port', '--blob-port'].map(async (option) => {
        const error: unknown = await launch('--ephemeral', option, port).catch((reason: unknown) => reason);
        return error instanceof Error && 'code' in error ? [error.code, error.message.includes(`${option} `)] : error;
      }),
    );
    holder.close();

    expect(failures).toEqual(Array(4).fill(['port_in_use', true]));
  });

  it.each(['service-bus.db', 'cosmos.db', 'blob.db', 'durable.db'])('leaves a damaged %s as it is, and ends', async (file) => {
    const damaged = 'This is no database. '.repeat(100);
    writeFileSync(join(folder, file), damaged);

    const { code, stdout } = await runToEnd('--app', APP, '--data', folder, ...FREE_PORTS, '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ready: false, code: 'database_corrupt', message: expect.stringContaining(file) });
    expect(readFileSync(join(folder, file), 'utf8')).toBe(damaged);
  });

  it('says why an app cannot be loaded', async () => {
    writeFileSync(join(folder, 'package.json'), '{ "main": "missing.js" }');
    writeFileSync(join(folder, 'host.json'), '{ "version": "2.0" }');

    const { code, stdout } = await runToEnd('--app', folder, '--ephemeral', '--json');

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ready: false,
      code: 'app_load_failed',
      message: expect.stringContaining('missing.js'),
    });
  });

  it.each([
    [['--prot', '1'], '--prot'],
    [['--port', '70000'], '70000'],
    [['--ephemeral', '--data', 'x'], '--data'],
  ])('refuses the arguments %j as a usage mistake', async (args, named) => {
    const { code, stderr } = await runToEnd(...args);

    expect(code).toBe(2);
    expect(stderr).toContain(named);
  });

  it('ends its processes when it is killed itself, and an ephemeral folder with them', async () => {
    const azure = await launch('--ephemeral');
    running = [];

    process.kill(azure.pid, 'SIGKILL');

    const { stores, host } = azure.ready.pids;
    await eventually(() => expect([stores, host].filter(isAlive)).toEqual([]));
    expect(readdirSync(folder).filter((name) => !name.startsWith('hexdag-compile-cache'))).toEqual([]);
  });

  it('leaves no ephemeral folder behind', async () => {
    const { code, stdout } = await startAndInterrupt();

    const data = /Data +(\S+) \(removed at the end\)/.exec(stdout)?.[1] ?? '';
    expect(code).toBe(130);
    expect(data).not.toBe('');
    expect(existsSync(data)).toBe(false);
  });
});

async function startAndInterrupt(): Promise<{ code: unknown; stdout: string }> {
  const child = spawn(process.execPath, [START, '--ephemeral', '--app', APP], { stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
    if (stdout.includes('Ctrl-C stops it.')) child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  return { code, stdout };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
