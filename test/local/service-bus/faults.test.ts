import { once } from 'node:events';
import rhea from 'rhea';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CONDITION } from '../../../local/service-bus/errors.ts';
import { eventually } from '../../helpers/eventually.ts';
import { connect, startBroker } from './broker-fixture.ts';
import { closedAfter } from './raw-socket.ts';

const AMQP_HEADER = Buffer.from('414d515000010000', 'hex');

/** The codes of an attempt and of those after it, which the SDK gathers. */
async function codesOf(action: Promise<unknown>): Promise<unknown[]> {
  const thrown = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  const errors: unknown[] =
    thrown instanceof Error && 'errors' in thrown && Array.isArray(thrown.errors) ? thrown.errors : [thrown];
  return errors.map((error) => (error instanceof Error && 'code' in error ? error.code : error));
}

describe('a refusal that was ordered', () => {
  it.each([
    [CONDITION.notFound, 'MessagingEntityNotFound', 1],
    [CONDITION.messageLockLost, 'MessageLockLost', 1],
    [CONDITION.messageNotFound, 'MessageNotFound', 1],
    [CONDITION.entityDisabled, 'MessagingEntityDisabled', 1],
    [CONDITION.resourceLimitExceeded, 'QuotaExceeded', 1],
    [CONDITION.messageSizeExceeded, 'MessageSizeExceeded', 1],
    [CONDITION.notAllowed, 'GeneralError', 1],
    [CONDITION.argumentError, 'GeneralError', 1],
    [CONDITION.serverBusy, 'ServiceBusy', 3],
    [CONDITION.timeout, 'ServiceTimeout', 3],
    [CONDITION.internalError, 'GeneralError', 3],
    [CONDITION.unauthorizedAccess, 'UnauthorizedAccess', 3],
  ])('with %s reaches the sender as %s, after %i attempts of three', async (condition, code, attempts) => {
    const { server } = await startBroker();
    const client = connect(server.connectionString, { retryOptions: { maxRetries: 2, retryDelayInMs: 1 } });

    server.refuseSends('Orders', condition, 5);
    const codes = await codesOf(client.createSender('orders').sendMessages({ body: 1 }));

    expect(codes).toEqual(Array(attempts).fill(code));
    expect(server.counters()).toMatchObject({ refusals: attempts, sends: 0 });
  });

  it('passes when it was given as often as ordered', async () => {
    const { server } = await startBroker();
    const client = connect(server.connectionString, { retryOptions: { maxRetries: 2, retryDelayInMs: 1 } });

    server.refuseSends('orders', CONDITION.serverBusy, 2);
    await client.createSender('orders').sendMessages({ body: 1 });

    expect(server.counters()).toMatchObject({ refusals: 2, sends: 1 });
  });
});

describe('a forced detach', () => {
  it('leaves no message behind that was on its way, for its sender is told nothing of it and sends it again', async () => {
    const { client, server } = await startBroker();
    const connection = rhea.create_container().connect({ port: server.port, host: '127.0.0.1', reconnect: false });
    onTestFinished(() => connection.close());
    const sender = connection.open_sender('orders');
    await once(connection, 'sendable');
    const closed = once(connection, 'sender_close');
    connection.on('sender_error', () => undefined);

    server.detachLinks('orders');
    sender.send({ body: 'on its way' });
    await closed;
    await client.createSender('orders').sendMessages({ body: 'after' });

    const peeked = await client.createReceiver('orders').peekMessages(5);
    expect(peeked.map(({ body }) => body)).toEqual(['after']);
  });

  it('is overcome by processor and sender, over the same connection', async () => {
    const { client, server, lines } = await startBroker();
    const received: unknown[] = [];
    const errors: unknown[] = [];
    client.createReceiver('orders').subscribe({
      processMessage: async ({ body }) => void received.push(body),
      processError: async ({ error }) => void errors.push(error),
    });
    const sender = client.createSender('orders');
    await sender.sendMessages({ body: 'before' });
    await eventually(() => expect(server.counters()['settlements']).toBe(1));
    const opened = () => lines.filter((line) => /Opened the link (?!cbs)/.test(line)).length;
    const openedBefore = opened();

    server.detachLinks('orders');
    await eventually(() => expect(opened()).toBeGreaterThan(openedBefore));
    await sender.sendMessages({ body: 'after' });
    await eventually(() => expect(received).toEqual(['before', 'after']));

    expect(errors).toMatchObject([{ retryable: true }]);
  });
});

describe('an idle client', () => {
  it('keeps its connection by empty frames; one that is silent loses it', async () => {
    const { client, server, lines } = await startBroker({ orders: {} }, { idleTimeoutMs: 1_000 });
    const sender = client.createSender('orders');
    await sender.sendMessages({ body: 1 });
    const linesBefore = lines.length;

    await closedAfter(server.port, AMQP_HEADER);
    await sender.sendMessages({ body: 2 });

    expect(lines.slice(linesBefore).filter((line) => line.includes('Opened the link'))).toEqual([]);
    expect(server.counters()['sends']).toBe(2);
  });
});
