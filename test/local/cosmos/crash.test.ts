import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CosmosClient } from '@azure/cosmos';
import { expect, onTestFinished, test } from 'vitest';
import { startCosmos } from '../../../local/cosmos/server.ts';
import { connect, results } from './cosmos-fixture.ts';

const SERVER = fileURLToPath(new URL('./crash-server.ts', import.meta.url));

test('kill -9 loses nothing that was acknowledged, and tears no batch apart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cosmos-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const databasePath = join(folder, 'cosmos.db');
  const { child, client } = await startChild(databasePath);
  const acknowledged = { created: new Set<string>(), batches: new Set<string>(), patches: 0 };
  const load = Promise.all([
    create(client, acknowledged.created),
    batch(client, acknowledged.batches),
    patch(client, () => acknowledged.patches++),
  ]);

  await waitUntil(() => acknowledged.created.size >= 200 && acknowledged.batches.size >= 20 && acknowledged.patches >= 20);
  child.kill('SIGKILL');
  await load;
  client.dispose();

  const server = await startCosmos({ port: 0, databasePath });
  const survivor = connect(server);
  const items = survivor.database('test').container('items');
  const created = new Set(await results(items, "SELECT VALUE c.id FROM c WHERE c.kind = 'created'"));
  const halves = await results(items, "SELECT c.pk, COUNT(1) AS documents FROM c WHERE c.kind = 'half' GROUP BY c.pk");
  const counter = await items.item('counter', 'counter').read();
  survivor.dispose();
  await server.close();
  expect([...acknowledged.created].filter((id) => !created.has(id))).toEqual([]);
  expect(halves.length).toBeGreaterThanOrEqual(acknowledged.batches.size);
  expect(halves.filter((half) => Object(half).documents !== 2)).toEqual([]);
  expect(counter.resource.n).toBeGreaterThanOrEqual(acknowledged.patches);
});

async function startChild(databasePath: string): Promise<{ child: ChildProcess; client: CosmosClient }> {
  const child = spawn(process.execPath, [SERVER, databasePath], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, client: connect(JSON.parse(line)) };
}

/** Eight writers, each until the server is gone. */
async function create(client: CosmosClient, acknowledged: Set<string>): Promise<void> {
  const items = client.database('test').container('items');
  await Promise.all(
    Array.from({ length: 8 }, (_, writer) =>
      untilGone(async (turn) => {
        const id = `${writer}-${turn}`;
        await items.items.create({ id, pk: String(turn % 10), kind: 'created', text: 'x'.repeat(500) });
        acknowledged.add(id);
      }),
    ),
  );
}

async function batch(client: CosmosClient, acknowledged: Set<string>): Promise<void> {
  const items = client.database('test').container('items');
  await untilGone(async (turn) => {
    const pk = `batch ${turn}`;
    const halves = ['1', '2'].map((id) => ({ operationType: 'Create' as const, resourceBody: { id, pk, kind: 'half' } }));
    const { code } = await items.items.batch(halves, pk);
    if (code === 200) acknowledged.add(pk);
  });
}

async function patch(client: CosmosClient, acknowledged: () => void): Promise<void> {
  const items = client.database('test').container('items');
  await items.items.create({ id: 'counter', pk: 'counter', n: 0 });
  await untilGone(async () => {
    await items.item('counter', 'counter').patch([{ op: 'incr', path: '/n', value: 1 }]);
    acknowledged();
  });
}

async function untilGone(work: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      await work(turn);
    } catch {
      return;
    }
  }
}

async function waitUntil(reached: () => boolean): Promise<void> {
  while (!reached()) await new Promise((resolve) => setImmediate(resolve));
}
