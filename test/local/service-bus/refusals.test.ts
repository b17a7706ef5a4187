import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { errorCodeOf, startBroker } from './broker-fixture.ts';
import { closedAfter } from './raw-socket.ts';

/** The AMQP descriptor of a transaction coordinator. */
const COORDINATOR = 0x30;

describe('what the broker refuses', () => {
  it('is every use of an entity it does not have', async () => {
    const { client } = await startBroker();

    const codes = await Promise.all([
      errorCodeOf(client.createSender('nothing').sendMessages({ body: 1 })),
      errorCodeOf(client.createReceiver('nothing').receiveMessages(1)),
      errorCodeOf(client.createReceiver('nothing').peekMessages(1)),
    ]);

    expect(codes).toEqual(['MessagingEntityNotFound', 'MessagingEntityNotFound', 'MessagingEntityNotFound']);
  });

  it('SB26: is a message without a session for a queue that requires one, with what to do about it', async () => {
    const { client, server } = await startBroker({ grouped: { RequiresSession: true } });

    const sending = client.createSender('grouped').sendMessages({ body: 1, messageId: 'none' });

    await expect(sending).rejects.toThrow(/SessionId was not set on a message.*'grouped'.*SessionId set to a valid value/);
    expect(server.counters()['sends']).toBe(0);
  });

  it('SB26: is such a message by whatever door, and the batch it is in', async () => {
    const { client, server } = await startBroker({ grouped: { RequiresSession: true } });
    const sender = client.createSender('grouped');

    const codes = await Promise.all([
      errorCodeOf(sender.sendMessages({ body: 1 })),
      errorCodeOf(sender.sendMessages([{ body: 2, sessionId: 'a' }, { body: 3 }])),
      errorCodeOf(sender.scheduleMessages({ body: 4 }, new Date(Date.now() + 60_000))),
    ]);
    await sender.sendMessages({ body: 5, sessionId: 'a' });

    expect(codes).toEqual(['GeneralError', 'GeneralError', 'GeneralError']);
    expect(server.counters()['sends']).toBe(1);
  });

  it('is a session receiver on a queue without sessions', async () => {
    const { client, lines } = await startBroker();

    const code = await errorCodeOf(client.acceptSession('orders', 'a'));

    expect(code).toBe('SessionCannotBeLocked');
    expect(lines.filter((line) => /does not require sessions/.test(line))).toHaveLength(1);
  });

  it('is a plain receiver on a queue with sessions', async () => {
    const { client } = await startBroker({ grouped: { RequiresSession: true } });

    const attempt = client.createReceiver('grouped').receiveMessages(1);

    await expect(attempt).rejects.toThrow(/requires sessions/);
  });

  it.each(['com.microsoft:nothing', 'com.microsoft:constructor'])(
    'is an operation that it does not have: %s',
    async (operation) => {
      const { server } = await startBroker();
      const connection = rhea.create_container().connect({ port: server.port, host: '127.0.0.1', reconnect: false });
      const replied = new Promise((resolve) => connection.on('message', ({ message }) => resolve(message)));

      connection.open_receiver('orders/$management');
      connection.open_sender('orders/$management').send({ application_properties: { operation }, body: null });
      const reply = await replied;
      connection.close();

      expect(reply).toMatchObject({
        application_properties: {
          statusCode: 501,
          errorCondition: 'amqp:not-implemented',
          statusDescription: `The operation '${operation}' is not supported on 'orders'.`,
        },
      });
    },
  );

  it('is a transaction', async () => {
    const { server } = await startBroker();
    const connection = rhea.create_container().connect({ port: server.port, host: '127.0.0.1', reconnect: false });
    const sender = connection.open_sender({});
    Reflect.get(sender, 'local').attach.target = rhea.types.wrap_described([], COORDINATOR);

    const error = await new Promise((resolve) => {
      connection.on('sender_error', () => resolve(sender.error));
      connection.on('sender_close', () => undefined);
    });
    connection.close();

    expect(error).toMatchObject({ condition: 'amqp:not-implemented', description: 'Transactions are not supported.' });
  });
});

describe('a broken client', () => {
  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a huge frame', Buffer.from(`414d5150030100007fffffff02010000${'00'.repeat(32)}`, 'hex')],
  ])('that sends %s loses its connection, and nobody else does', async (_kind, bytes) => {
    const { client, server, lines } = await startBroker();
    const sender = client.createSender('orders');
    await sender.sendMessages({ body: 1 });
    const linesBefore = lines.length;

    await closedAfter(server.port, bytes);
    await sender.sendMessages({ body: 2 });

    expect(lines.slice(linesBefore).filter((line) => line.includes('Opened the link'))).toEqual([]);
    expect(server.counters()['sends']).toBe(2);
  });
});
