import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { connect, errorCodeOf, only, startBroker } from './broker-fixture.ts';
import { topologyOf } from './queues.ts';

const TOO_MUCH_FOR_THE_DISK = 'x'.repeat(10_000);

/** A broker's database on a disk that takes no large message. */
async function databaseThatFails(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const databasePath = join(folder, 'broker.db');
  const first = await startServiceBus({ port: 0, topology: topologyOf({ orders: {} }), databasePath });
  await first.close();
  const database = new DatabaseSync(databasePath);
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON message WHEN length(NEW.bare) >= ${TOO_MUCH_FOR_THE_DISK.length}
                 BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
  database.close();
  return databasePath;
}

describe('a broker whose disk fails', () => {
  it('confirms nothing of what it could not store, drops its clients and goes on from what is stored', async () => {
    const databasePath = await databaseThatFails();
    const { server, client, lines } = await startBroker({ orders: {} }, { databasePath });
    const sender = client.createSender('orders');
    await sender.sendMessages({ body: 'stored' });
    const receiver = client.createReceiver('orders');
    const locked = only(await receiver.receiveMessages(1));
    const impatient = connect(server.connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: 500 } });

    const attempt = impatient.createSender('orders').sendMessages({ body: TOO_MUCH_FOR_THE_DISK });
    await expect(attempt).rejects.toThrow();
    await sender.sendMessages({ body: 'afterwards' });

    const remaining = await connect(server.connectionString).createReceiver('orders').receiveMessages(2);
    expect(remaining.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['stored', 0],
      ['afterwards', 0],
    ]);
    expect(lines.filter((line) => line.includes('the disk is full'))).toHaveLength(1);
    expect(await errorCodeOf(receiver.completeMessage(locked))).toBe('MessageLockLost');
  });
});
