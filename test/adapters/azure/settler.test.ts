import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSettler } from '../../../src/adapters/azure/create-settler.ts';
import { readHostAddress } from '../../../src/adapters/azure/host-address.ts';
import { HostSettler } from '../../../src/adapters/azure/host-settler.ts';
import { RejectedStoreSettler } from '../../../src/adapters/azure/rejected-store-settler.ts';
import { MemoryArtifactStore } from '../../../src/adapters/mock/memory-artifact-store.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { type SettlementHost, startSettlementHost } from './settlement-host.ts';

const lockToken = '6f1f5a3e-3a53-4f6b-9c0b-0f6c3f2b1a10';

describe('readHostAddress', () => {
  it.each([
    [['--host', '127.0.0.1', '--port', '7172', '--grpcMaxMessageLength', '2147483647'], '127.0.0.1:7172', 2_147_483_647],
    [['--functions-uri', 'http://127.0.0.1:7172/', '--functions-grpc-max-message-length', '1000'], '127.0.0.1:7172', 1_000],
    [['worker.js', '--host=localhost', '--port=1', '--workerId', 'x'], 'localhost:1', undefined],
  ])('finds the host in %j', (argv, target, maxMessageBytes) => {
    const address = readHostAddress(argv);

    expect(address).toEqual(maxMessageBytes === undefined ? { target } : { target, maxMessageBytes });
  });

  it.each([[[]], [['--port', '7172']], [['--functions-uri', 'nonsense']]])('finds none in %j', (argv) => {
    const address = readHostAddress(argv);

    expect(address).toBeNull();
  });
});

describe('HostSettler', () => {
  let host: SettlementHost;
  let settler: HostSettler;

  beforeEach(async () => {
    host = await startSettlementHost();
    settler = new HostSettler({ target: `127.0.0.1:${host.port}`, maxMessageBytes: 100_000 });
  });

  afterEach(() => {
    settler.close();
    host.close();
  });

  it('dead-letters with reason and description', async () => {
    await settler.refuse({ lockToken }, 'json_invalid', 'Zeile 1: „}“ fehlt');

    expect(host.deadletters).toEqual([{ lockToken, reason: 'json_invalid', description: 'Zeile 1: „}“ fehlt' }]);
  });

  it('clips what the broker would not keep', async () => {
    await settler.refuse({ lockToken }, 'r'.repeat(5_000), 'd'.repeat(5_000));

    const [deadletter] = host.deadletters;
    expect([deadletter?.reason.length, deadletter?.description.length]).toEqual([4_096, 4_096]);
  });

  it('says that another try may help when the host is busy', async () => {
    host.answerWith(status.UNAVAILABLE);

    const refuse = settler.refuse({ lockToken }, 'reason', 'description');

    await expect(refuse).rejects.toThrow(DependencyUnavailableError);
  });

  it('says that it was refused when the lock is lost', async () => {
    host.answerWith(status.FAILED_PRECONDITION);

    const refuse = settler.refuse({ lockToken }, 'reason', 'description');

    await expect(refuse).rejects.toThrow(DependencyRefusedError);
  });
});

describe('createSettler', () => {
  it('settles through the host where the host says where it is', () => {
    const settler = createSettler(['--host', '127.0.0.1', '--port', '1'], fallback());

    expect(settler).toBeInstanceOf(HostSettler);
  });

  it('keeps refused messages itself where no host settles, and says so once', async () => {
    const lines: string[] = [];
    const settler = createSettler([], { ...fallback(), log: (level, message) => lines.push(`${level}: ${message}`) });

    await settler.refuse({ lockToken, received: { body: 'x' } }, 'r', 'd');

    expect(settler).toBeInstanceOf(RejectedStoreSettler);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^warn: .*rejected\//);
  });
});

describe('RejectedStoreSettler', () => {
  const metadata = { messageId: 'order/42', enqueuedTimeUtc: '2026-01-01T00:00:00Z', applicationProperties: { tenant: 'a' } };

  /** A settler, and the names and contents of what it stored. */
  function settlerWithStore() {
    const stored = new Map<string, unknown>();
    const artifacts = new (class extends MemoryArtifactStore {
      override put(name: string, content: Uint8Array, contentType: string) {
        stored.set(name, JSON.parse(Buffer.from(content).toString()));
        return super.put(name, content, contentType);
      }
    })();
    return { settler: new RejectedStoreSettler(artifacts, new ManualClock()), stored };
  }

  it('keeps the message whole, with the reason', async () => {
    const { settler, stored } = settlerWithStore();
    const received = { body: Buffer.from('{"id":'), metadata: { ...metadata, deliveryCount: 1, lockToken } };

    await settler.refuse({ lockToken, received }, 'json_invalid', 'not JSON');

    const [[name, content] = []] = [...stored];
    expect(name).toMatch(/^rejected\/2026-01-01\/order_42-[0-9a-f]{16}\.json$/);
    expect(content).toEqual({ reason: 'json_invalid', description: 'not JSON', message: { body: '{"id":', metadata } });
  });

  it('keeps bytes that are no text as Base64', async () => {
    const { settler, stored } = settlerWithStore();

    await settler.refuse({ lockToken, received: { body: Uint8Array.of(0xff, 0x00) } }, 'r', 'd');

    expect([...stored.values()]).toMatchObject([{ message: { body: { base64: '/wA=' } } }]);
  });

  it('writes the same file when the message comes again', async () => {
    const { settler, stored } = settlerWithStore();
    const delivery = (deliveryCount: number) => ({
      lockToken,
      received: { body: 'x', metadata: { ...metadata, deliveryCount } },
    });

    await settler.refuse(delivery(1), 'r', 'd');
    await settler.refuse(delivery(2), 'r', 'd');

    expect(stored.size).toBe(1);
  });

  it('keeps two messages apart that share an id', async () => {
    const { settler, stored } = settlerWithStore();

    await settler.refuse({ lockToken, received: { body: 'x', metadata } }, 'r', 'd');
    await settler.refuse({ lockToken, received: { body: 'y', metadata } }, 'r', 'd');

    expect(stored.size).toBe(2);
  });

  it('throws rather than lose a message it was not given', async () => {
    const { settler } = settlerWithStore();

    const refuse = settler.refuse({ lockToken }, 'r', 'd');

    await expect(refuse).rejects.toThrow(DependencyRefusedError);
  });
});

function fallback() {
  return { artifacts: new MemoryArtifactStore(), clock: new ManualClock(), log: () => {} };
}
