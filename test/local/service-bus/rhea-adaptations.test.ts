import rhea, { type Connection, type EventContext, type Receiver, type Sender } from 'rhea';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { startBroker } from './broker-fixture.ts';

/** A client that speaks plain AMQP, for what the Service Bus client never does. */
async function openAmqp(port: number): Promise<Connection> {
  const connection = rhea.create_container().connect({ port, host: '127.0.0.1', reconnect: false });
  connection.on('disconnected', () => undefined);
  onTestFinished(() => connection.close());
  await event(connection, 'connection_open');
  return connection;
}

function event(source: Connection | Sender | Receiver, name: string): Promise<EventContext> {
  return new Promise((resolve) => source.once(name, resolve));
}

function openReceiver(connection: Connection): Receiver {
  return connection.open_receiver({
    source: 'orders',
    credit_window: 0,
    autoaccept: false,
    rcv_settle_mode: 1,
    autosettle: false,
  });
}

/** Makes the receiving side hand a message over as bytes, too. */
const RAW_FORMAT = 0x7f000001;

interface ReceivingSession {
  readonly incoming: { update(delivery: object, settled: boolean, state: unknown): void };
  on_transfer(frame: { readonly performative: { message_format: number } }): void;
  on_disposition(frame: unknown): void;
}

describe('what is added to rhea', () => {
  it('keeps the types of values that JavaScript has no types for', async () => {
    const { server } = await startBroker();
    const connection = await openAmqp(server.port);
    const sender = connection.open_sender('orders');
    await event(sender, 'sendable');
    const typed = rhea.message.encode({
      message_id: 'm',
      application_properties: {
        ubyte: rhea.types.wrap_ubyte(1),
        long: rhea.types.wrap_long(2),
        float: rhea.types.wrap_float(0.5),
      },
      body: rhea.types.wrap_short(7),
    });

    sender.send(typed, 'tag', 0);
    await event(sender, 'accepted');
    const receiver = openReceiver(connection);
    const session: ReceivingSession = Reflect.get(receiver as object, 'session');
    const onTransfer = session.on_transfer;
    session.on_transfer = (frame) => {
      frame.performative.message_format = RAW_FORMAT;
      onTransfer.call(session, frame);
    };
    receiver.add_credit(1);
    const { message } = await event(receiver, 'message');

    const bare = typed.subarray(typed.indexOf(Buffer.from([0, 0x53, 0x73])));
    expect(Buffer.isBuffer(message) && message.subarray(-bare.length).equals(bare)).toBe(true);
  });

  it('lets go of settled deliveries, beyond what the session buffer holds', async () => {
    const { client, server } = await startBroker();
    const sender = client.createSender('orders');
    for (let part = 0; part < 5; part++) await sender.sendMessages(Array.from({ length: 500 }, () => ({ body: 'x' })));
    const receiver = client.createReceiver('orders');

    for (let settled = 0; settled < 2500; ) {
      const messages = await receiver.receiveMessages(500);
      await Promise.all(messages.map((message) => receiver.completeMessage(message)));
      settled += messages.length;
    }

    expect(server.counters()['settlements']).toBe(2500);
  });

  it('answers a drain after the messages it has, with the credit used up', async () => {
    const { client, server } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = openReceiver(await openAmqp(server.port));
    let received = 0;
    receiver.on('message', () => (received += 1));
    await event(receiver, 'receiver_open');

    receiver.add_credit(10);
    receiver.drain_credit();
    await event(receiver, 'receiver_drained');

    expect(received).toBe(2);
    expect(Reflect.get(receiver, 'credit')).toBe(0);
  });

  it('answers a drain without any credit as well', async () => {
    const { client, server } = await startBroker();
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = openReceiver(await openAmqp(server.port));
    await event(receiver, 'receiver_open');
    receiver.add_credit(1);
    await event(receiver, 'message');

    receiver.drain_credit();
    const { receiver: drained } = await event(receiver, 'receiver_drained');

    expect(drained).toBe(receiver);
  });

  it('locks no more messages than there is credit', async () => {
    const { client, server } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    const receiver = openReceiver(await openAmqp(server.port));
    await event(receiver, 'receiver_open');

    receiver.add_credit(1);
    await event(receiver, 'message');
    await client.createReceiver('orders').peekMessages(1);

    expect(server.counters()['deliveries']).toBe(1);
  });

  it('answers a disposition for a delivery that never was', async () => {
    const { server } = await startBroker();
    const receiver = openReceiver(await openAmqp(server.port));
    await event(receiver, 'receiver_open');
    const session: ReceivingSession = Reflect.get(receiver as object, 'session');
    const answered = vi.fn();
    session.on_disposition = answered;

    const accepted = rhea.types.wrap_described([], 0x24);
    session.incoming.update({ id: 99, link: receiver, remote_settled: false }, false, accepted);
    await eventually(() => expect(answered).toHaveBeenCalled());

    expect(answered.mock.calls[0]?.[0].performative).toMatchObject({ first: 99, settled: true, role: false });
  });

  it('gives a released message back', async () => {
    const { client, server } = await startBroker();
    await client.createSender('orders').sendMessages({ body: 'again' });
    const receiver = openReceiver(await openAmqp(server.port));
    await event(receiver, 'receiver_open');
    receiver.add_credit(1);
    const { delivery } = await event(receiver, 'message');

    delivery?.update(false, rhea.types.wrap_described([], 0x26));
    receiver.add_credit(1);
    const { message } = await event(receiver, 'message');

    expect(message).toMatchObject({ delivery_count: 1 });
  });
});
