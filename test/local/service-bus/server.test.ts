import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import rhea from 'rhea';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { connect, only, startBroker } from './broker-fixture.ts';
import { topologyOf } from './queues.ts';

describe('a broker', () => {
  it('that is closed leaves its port and database to the next one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = { topology: topologyOf({ orders: {} }), databasePath: join(folder, 'broker.db') };
    const first = await startServiceBus({ ...options, port: 0 });
    const client = connect(first.connectionString);
    await client.createSender('orders').sendMessages({ body: 'kept' });
    await client.close();

    await first.close();
    const second = await startServiceBus({ ...options, port: first.port });
    onTestFinished(() => second.close());

    expect(second.connectionString).toBe(first.connectionString);
    expect(only(await connect(second.connectionString).createReceiver('orders').peekMessages(1)).body).toBe('kept');
  });

  it('does not start on a port that is taken, and says so', async () => {
    const { server } = await startBroker();

    const attempt = startServiceBus({ port: server.port, topology: { queues: [], topics: [] }, databasePath: ':memory:' });

    await expect(attempt).rejects.toMatchObject({ code: 'service_bus_port_unavailable', cause: { code: 'EADDRINUSE' } });
  });

  it('that is closed tells its clients so and lets them go', async () => {
    const server = await startServiceBus({ port: 0, topology: { queues: [], topics: [] }, databasePath: ':memory:' });
    const connection = rhea.create_container().connect({ port: server.port, host: '127.0.0.1', reconnect: false });
    connection.on('disconnected', () => undefined);
    connection.on('connection_close', () => undefined);
    await new Promise((resolve) => connection.once('connection_open', resolve));

    const told = new Promise((resolve) => connection.once('connection_error', () => resolve(connection.error)));
    await server.close();

    expect(await told).toMatchObject({ condition: 'amqp:connection:forced' });
  });

  it.each(['client', 'broker'])('leaves nothing behind that keeps a process alive, the %s closed first', async (first) => {
    const script = join(import.meta.dirname, 'exit-process.ts');

    const child = fork(script, [first], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [code] = await once(child, 'exit');

    expect(code).toBe(0);
  });

  it('finds its queues in whatever case they are written', async () => {
    const { client } = await startBroker({ Orders: {} });

    await client.createSender('oRDERS').sendMessages({ body: 1 });

    expect(await client.createReceiver('ORDERS').peekMessages(1)).toHaveLength(1);
  });

  it('accepts more sends at once than it gives credit for, in few commits', async () => {
    const { client, server } = await startBroker();
    const sender = client.createSender('orders');

    await Promise.all(Array.from({ length: 1500 }, (_, index) => sender.sendMessages({ body: index })));

    const { sends, commits, writes } = server.counters();
    expect(sends).toBe(1500);
    expect(commits).toBeLessThan(1500 / 5);
    expect(writes).toBeGreaterThan(1500);
  });
});
