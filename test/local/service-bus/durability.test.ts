import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, errorCodeOf, only } from './broker-fixture.ts';

const MINUTE_MS = 60_000;
const QUEUES = [
  { Name: 'orders', Properties: { LockDuration: 'PT1M' } },
  { Name: 'events', Properties: { RequiresDuplicateDetection: true } },
];
const TOPOLOGY = JSON.stringify({ UserConfig: { Namespaces: [{ Queues: QUEUES }] } });

/** A broker process on a database of its own that can be killed and started again on the same port. */
class BrokerProcess {
  #port = 0;
  #child: ChildProcess | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'service-bus-'));

  get connectionString(): string {
    return `Endpoint=sb://127.0.0.1:${this.#port};SharedAccessKeyName=k;SharedAccessKey=k;UseDevelopmentEmulator=true;`;
  }

  async start(): Promise<void> {
    const script = join(import.meta.dirname, 'broker-process.ts');
    const args = [String(this.#port), join(this.#folder, 'broker.db'), TOPOLOGY];
    this.#child = fork(script, args, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const [port] = await once(this.#child, 'message');
    this.#port = Number(port);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function startProcess(): Promise<BrokerProcess> {
  const broker = new BrokerProcess();
  onTestFinished(() => broker.remove());
  await broker.start();
  return broker;
}

describe('a broker that is killed', () => {
  it('comes back with every message, deferred, scheduled and locked ones included, and its counters', async () => {
    const broker = await startProcess();
    const before = connect(broker.connectionString);
    const sender = before.createSender('orders');
    await sender.sendMessages(Array.from({ length: 100 }, (_, index) => ({ body: index, applicationProperties: { index } })));
    await sender.scheduleMessages({ body: 'scheduled' }, new Date(Date.now() + MINUTE_MS));
    const receiver = before.createReceiver('orders');
    const [completed, deferred, abandoned, locked] = await receiver.receiveMessages(4);
    if (completed === undefined || deferred === undefined || abandoned === undefined || locked === undefined)
      throw new Error('4 expected');
    await receiver.completeMessage(completed);
    await receiver.deferMessage(deferred, { why: 'later' });
    await receiver.abandonMessage(abandoned, { why: 'failed' });

    await broker.kill();
    await broker.start();
    const after = connect(broker.connectionString);
    const reader = after.createReceiver('orders');
    const peeked = await reader.peekMessages(200);
    const [next] = await reader.receiveMessages(1);
    await after.createSender('orders').sendMessages({ body: 'new' });
    const last = only(await reader.peekMessages(200));

    const expectedBodies = [...Array.from({ length: 99 }, (_, index) => index + 1), 'scheduled'];
    expect(peeked.map((message) => message.body)).toEqual(expectedBodies);
    expect(peeked.map((message) => message.state)).toEqual(['deferred', ...Array(98).fill('active'), 'scheduled']);
    expect(peeked[0]?.applicationProperties).toEqual({ index: 1, why: 'later' });
    expect(next).toMatchObject({ body: 2, deliveryCount: 1, applicationProperties: { index: 2, why: 'failed' } });
    expect(await errorCodeOf(receiver.completeMessage(locked))).toBe('MessageLockLost');
    expect(last).toMatchObject({ body: 'new' });
    expect(last.sequenceNumber?.toNumber()).toBe(102);
  });

  it('still knows the message ids it has accepted', async () => {
    const broker = await startProcess();
    await connect(broker.connectionString).createSender('events').sendMessages({ body: 'first', messageId: 'a' });

    await broker.kill();
    await broker.start();
    const client = connect(broker.connectionString);
    await client.createSender('events').sendMessages({ body: 'second', messageId: 'a' });

    expect(only(await client.createReceiver('events').peekMessages(5)).body).toBe('first');
  });

  it('loses nothing it has acknowledged to a sender, and its processors carry on', async () => {
    const broker = await startProcess();
    const client = connect(broker.connectionString, { retryOptions: { maxRetries: 20, retryDelayInMs: 50, timeoutInMs: 1000 } });
    const received = new Set<unknown>();
    client.createReceiver('orders').subscribe({
      processMessage: async (message) => void received.add(message.body),
      processError: async () => undefined,
    });
    const sender = client.createSender('orders');
    const acknowledged = new Set<number>();
    const sendAll = async (from: number, to: number) => {
      for (let number = from; number < to; ) {
        await sender.sendMessages({ body: number }).then(
          () => acknowledged.add(number++),
          () => undefined,
        );
      }
    };

    const first = sendAll(0, 60);
    await vi.waitFor(() => expect(acknowledged.size).toBeGreaterThan(20), { timeout: 5000, interval: 1 });
    await broker.kill();
    await broker.start();
    await first;
    await sendAll(60, 80);

    expect(acknowledged.size).toBe(80);

    await vi.waitFor(() => expect(received.size).toBe(80), { timeout: 8000, interval: 10 });
  });
});
