import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceBusServer, startServiceBus } from '../../local/service-bus/server.ts';
import { redrivenMessage } from '../../src/cli/dlq/redriven-message.ts';
import { runCli } from '../../src/cli/run.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { topologyOf } from '../local/service-bus/queues.ts';
import { cli } from './cli.ts';

const QUEUES = {
  orders: { RequiresDuplicateDetection: true, DeadLetteringOnMessageExpiration: true },
  grouped: { RequiresSession: true },
};
const TOPICS = { events: { subscriptions: { audit: {}, billing: {} } } };

let serviceBus: ServiceBusServer;
let client: ServiceBusClient;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  const topology = topologyOf(QUEUES, TOPICS);
  serviceBus = await startServiceBus({ port: 0, topology, databasePath: ':memory:', clock });
  client = new ServiceBusClient(serviceBus.connectionString);
});

afterEach(async () => {
  await client.close();
  await serviceBus.close();
});

function dlq(...args: string[]) {
  return cli(['dlq', ...args], { environment: { SB: serviceBus.connectionString } });
}

/** A person at a terminal who answers so. */
async function dlqAtTerminal(answer: string, ...args: string[]) {
  const output = { stdout: '', stderr: '' };
  const stdin = (async function* () {
    yield answer;
  })();
  const exitCode = await runCli(['dlq', ...args], {
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text) },
    stdin: Object.assign(stdin, { isTTY: true }),
    environment: { SB: serviceBus.connectionString },
  });
  return { exitCode, ...output };
}

/** Sends a message and dead-letters it with a reason. */
async function bury(id: string, reason = 'schema_violation', body = Buffer.from(`{"id": "${id}"}`)): Promise<void> {
  await client.createSender('orders').sendMessages({ body, messageId: id, contentType: 'application/json' });
  const receiver = client.createReceiver('orders');
  const [message] = await receiver.receiveMessages(1);
  if (message === undefined) throw new Error('A message was expected.');
  await receiver.deadLetterMessage(message, { deadLetterReason: reason, deadLetterErrorDescription: `${id} is wrong` });
  await receiver.close();
}

async function peek(path: string): Promise<ServiceBusReceivedMessage[]> {
  const other = new ServiceBusClient(serviceBus.connectionString);
  try {
    return await other.createReceiver(path, { skipParsingBodyAsJson: true }).peekMessages(100);
  } finally {
    await other.close();
  }
}

const idsOf = (messages: readonly ServiceBusReceivedMessage[]) => messages.map(({ messageId }) => messageId);
const originalIdsOf = (messages: readonly ServiceBusReceivedMessage[]) =>
  messages.map(({ applicationProperties }) => applicationProperties?.['hexdagMessageId']);

describe('hexdag dlq list', () => {
  it('tells the dead letters with their reasons, oldest first, and takes none', async () => {
    await bury('A1');
    await bury('A2', 'body_not_json');

    const { exitCode, stdout } = await dlq('list', 'orders');

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/A1 +schema_violation.*A1 is wrong\n.*A2 +body_not_json.*A2 is wrong\n/);
    expect(stdout).toContain('1 schema_violation, 1 body_not_json\n');
    expect(idsOf(await peek('orders/$DeadLetterQueue'))).toEqual(['A1', 'A2']);
  });

  it('SB29: tells messages that expired while they waited', async () => {
    await client.createSender('orders').sendMessages({ body: 1, messageId: 'late', timeToLive: 1_000 });
    clock.advance(1_000);

    const { stdout } = await dlq('list', 'orders', '--reason', 'TTLExpiredException', '--output', 'json');

    expect(JSON.parse(stdout)).toMatchObject({
      name: 'orders',
      more: false,
      deadLetters: [{ messageId: 'late', reason: 'TTLExpiredException' }],
    });
  });

  it('tells so many as are asked for, and that there are more', async () => {
    for (const id of ['B1', 'B2', 'B3']) await bury(id);

    const { stdout } = await dlq('list', 'orders', '--limit', '2', '--output', 'json');

    expect(JSON.parse(stdout)).toMatchObject({ more: true, deadLetters: [{ messageId: 'B1' }, { messageId: 'B2' }] });
  });

  it('tells of a queue that has none', async () => {
    const { exitCode, stdout } = await dlq('list', 'orders');

    expect([exitCode, stdout]).toEqual([0, 'orders has no such dead letters.\n']);
  });

  it.each([
    ['of a queue that is not there', ['list', 'nothing'], /^dead_letters_unavailable: .*nothing/],
    ['with a connection string that is none', ['list', 'orders', '--connection', 'key=secret-7'], /^dead_letters_unavailable: /],
  ])('fails with the reason %s, and shows no secret', async (_what, args, told) => {
    const { exitCode, stderr } = await dlq(...args);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(told);
    expect(stderr).not.toContain('secret-7');
  });
});

describe('hexdag dlq show', () => {
  it('tells all of one dead letter and its body, with nothing that steers a terminal', async () => {
    await bury('C1', 'body_not_json', Buffer.from('<order>\u001b[2J'));
    const [dead] = await peek('orders/$DeadLetterQueue');

    const { stdout } = await dlq('show', 'orders', String(dead?.sequenceNumber));

    expect(stdout).toContain('reason    body_not_json\n');
    expect(stdout).toContain('why       C1 is wrong\n');
    expect(stdout).toContain('<order>\\x1b[2J\n');
  });

  it('tells bytes that are no text in Base64', async () => {
    await bury('C2', 'body_encoding', Buffer.from([0xff, 0x00]));
    const [dead] = await peek('orders/$DeadLetterQueue');

    const { stdout } = await dlq('show', 'orders', String(dead?.sequenceNumber), '--output', 'json');

    expect(JSON.parse(stdout)).toMatchObject({ messageId: 'C2', reason: 'body_encoding', bodyBase64: '/wA=' });
  });

  it('says when there is no such one', async () => {
    const { exitCode, stderr } = await dlq('show', 'orders', '999');

    expect([exitCode, stderr.split(':')[0]]).toEqual([1, 'dead_letter_not_found']);
  });
});

describe('hexdag dlq redrive', () => {
  it('sends the messages again with body and properties, past duplicate detection, and takes out their dead letters', async () => {
    const body = Buffer.from('{ "id":  "D1" }');
    await client.createSender('orders').sendMessages({
      body,
      messageId: 'D1',
      subject: 'placed',
      correlationId: 'c-1',
      contentType: 'application/json; charset=utf-8',
      applicationProperties: { tenant: 'blue', count: 3 },
    });
    const receiver = client.createReceiver('orders');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('A message was expected.');
    await receiver.deadLetterMessage(message, { deadLetterReason: 'schema_violation', deadLetterErrorDescription: 'x' });
    await receiver.close();

    const { exitCode, stdout } = await dlq('redrive', 'orders', '--yes');

    const [again] = await peek('orders');
    expect([exitCode, stdout]).toEqual([0, '1 dead letter of orders sent again.\n']);
    expect(again).toMatchObject({ subject: 'placed', correlationId: 'c-1', contentType: 'application/json; charset=utf-8' });
    expect(Buffer.from(again?.body)).toEqual(body);
    expect(again?.applicationProperties).toEqual({ tenant: 'blue', count: 3, hexdagAttempt: 1, hexdagMessageId: 'D1' });
    expect(again?.messageId).not.toBe('D1');
    expect(await peek('orders/$DeadLetterQueue')).toEqual([]);
  });

  it('sends those with the reason, so many at most, and leaves the others where they are', async () => {
    for (const [id, reason] of [
      ['E1', 'x'],
      ['E2', 'y'],
      ['E3', 'x'],
      ['E4', 'x'],
    ] as const)
      await bury(id, reason);

    const { exitCode, stdout } = await dlq('redrive', 'orders', '--reason', 'x', '--max', '2', '--yes', '--output', 'json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'orders', wanted: 2, total: 4, sent: 2, failed: [], missed: 0 });
    expect(originalIdsOf(await peek('orders'))).toEqual(['E1', 'E3']);
    expect(idsOf(await peek('orders/$DeadLetterQueue'))).toEqual(['E2', 'E4']);
  });

  it('finds the one that is wanted behind more than one receiver is to hold', async () => {
    const expiring = Array.from({ length: 1_050 }, (_, index) => ({ body: index, timeToLive: 1_000 }));
    await client.createSender('orders').sendMessages(expiring);
    clock.advance(1_000);
    await bury('P1', 'x');

    const { exitCode, stdout } = await dlq('redrive', 'orders', '--reason', 'x', '--yes');

    expect([exitCode, stdout]).toEqual([0, '1 dead letter of orders sent again.\n']);
    expect(originalIdsOf(await peek('orders'))).toEqual(['P1']);
  });

  it('is known again as the same event when it was sent again more than once', async () => {
    await bury('F1');
    await dlq('redrive', 'orders', '--yes');
    const receiver = client.createReceiver('orders');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('A message was expected.');
    await receiver.deadLetterMessage(message, { deadLetterReason: 'again', deadLetterErrorDescription: '' });
    await receiver.close();

    await dlq('redrive', 'orders', '--yes');

    const [again] = await peek('orders');
    expect(again?.applicationProperties).toEqual({ hexdagAttempt: 1, hexdagMessageId: 'F1' });
    expect(again?.messageId).not.toBe(message.messageId);
  });

  it('keeps the id of a message so old that no queue remembers it', async () => {
    await bury('N1');
    const week = 7 * 24 * 3_600_000;
    const [dead] = await peek('orders/$DeadLetterQueue');
    if (dead === undefined) throw new Error('A dead letter was expected.');

    const young = redrivenMessage(dead, clock.now() + week - 60_000);
    const old = redrivenMessage(dead, clock.now() + week + 60_000);

    expect(young.applicationProperties).toEqual({ hexdagAttempt: 1, hexdagMessageId: 'N1' });
    expect(old).toMatchObject({ properties: { messageId: 'N1' }, applicationProperties: {} });
  });

  it('gives the same other id to what is sent again once more because its dead letter stayed', async () => {
    await bury('O1');
    const [dead] = await peek('orders/$DeadLetterQueue');
    if (dead === undefined) throw new Error('A dead letter was expected.');

    const ids = [redrivenMessage(dead, clock.now()), redrivenMessage(dead, clock.now() + 60_000)].map(
      ({ properties }) => properties?.messageId,
    );

    expect(new Set(ids).size).toBe(1);
    expect(ids).not.toContain('O1');
  });

  it('gives a message that expired its time to live anew', async () => {
    await client.createSender('orders').sendMessages({ body: 1, messageId: 'late', timeToLive: 60_000 });
    clock.advance(60_000);

    await dlq('redrive', 'orders', '--reason', 'TTLExpiredException', '--yes');

    const [again] = await peek('orders');
    expect(again).toMatchObject({ timeToLive: 60_000, applicationProperties: { hexdagMessageId: 'late' } });
    expect(again?.expiresAtUtc?.getTime()).toBe(clock.now() + 60_000);
  });

  it('only says what it would do with --dry-run', async () => {
    await bury('G1');

    const { exitCode, stdout } = await dlq('redrive', 'orders', '--dry-run');

    expect([exitCode, stdout]).toEqual([0, 'Would send again: 1 dead letter of orders (1 schema_violation).\n']);
    expect(await peek('orders')).toEqual([]);
  });

  it.each([
    ['y\n', 'H1', 0, '1 dead letter of orders sent again.\n', 1],
    ['no\n', 'H2', 2, 'Nothing was sent.\n', 0],
    ['', 'H3', 2, 'Nothing was sent.\n', 0],
  ])('CL12: asks at a terminal, and takes %j for an answer (%s)', async (answer, id, code, told, sent) => {
    await bury(id);

    const { exitCode, stdout, stderr } = await dlqAtTerminal(answer, 'redrive', 'orders');

    expect(stderr).toBe('Send again 1 dead letter of orders (1 schema_violation)? [y/N] ');
    expect([exitCode, stdout]).toEqual([code, told]);
    expect(await peek('orders')).toHaveLength(sent);
  });

  it('CL12: refuses where nobody can be asked, and sends nothing', async () => {
    await bury('I1');

    const { exitCode, stderr } = await dlq('redrive', 'orders');

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^confirmation_missing: .*--yes/);
    expect(idsOf(await peek('orders/$DeadLetterQueue'))).toEqual(['I1']);
  });

  it.each([
    ['CL10: no queue', ['redrive'], 'argument_missing'],
    ['CL11: a number below zero', ['redrive', 'orders', '--max', '-1'], 'option_value'],
    ['CL11: no number', ['redrive', 'orders', '--max', 'abc'], 'option_value'],
    ['a rate of none', ['redrive', 'orders', '--rate', '0'], 'option_value'],
    ['a name of three parts', ['redrive', 'a/b/c'], 'entity_name_invalid'],
    ['a name with a space', ['redrive', 'a b'], 'entity_name_invalid'],
  ])('%s is refused', async (_what, args, code) => {
    const { exitCode, stderr } = await dlq(...args);

    expect([exitCode, stderr.split(':')[0]]).toEqual([2, code]);
  });

  it('reads the dead letters of a subscription, and sends them to its topic', async () => {
    await client.createSender('events').sendMessages({ body: Buffer.from('1'), messageId: 'J1' });
    const receiver = client.createReceiver('events', 'audit');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('A message was expected.');
    await receiver.deadLetterMessage(message, { deadLetterReason: 'x', deadLetterErrorDescription: '' });
    await receiver.close();

    const { stdout } = await dlq('redrive', 'events/audit', '--yes');

    expect(stdout).toBe('1 dead letter of events/audit sent again.\n');
    expect(originalIdsOf(await peek('events/Subscriptions/audit'))).toEqual(['J1']);
    expect(originalIdsOf(await peek('events/Subscriptions/billing'))).toEqual([undefined, 'J1']);
  });

  it('keeps the session of a message', async () => {
    await client.createSender('grouped').sendMessages({ body: Buffer.from('1'), messageId: 'K1', sessionId: 'a' });
    const receiver = await client.acceptSession('grouped', 'a');
    const [message] = await receiver.receiveMessages(1);
    if (message === undefined) throw new Error('A message was expected.');
    await receiver.deadLetterMessage(message, { deadLetterReason: 'x', deadLetterErrorDescription: '' });
    await receiver.close();

    await dlq('redrive', 'grouped', '--yes');

    expect(await peek('grouped')).toMatchObject([{ sessionId: 'a' }]);
  });

  it('loses nothing that the queue does not take back, and says what', async () => {
    await bury('L1');
    serviceBus.refuseSends('orders', 'amqp:resource-limit-exceeded', 10);

    const { exitCode, stdout } = await dlq('redrive', 'orders', '--yes');
    serviceBus.refuseSends('orders', 'amqp:resource-limit-exceeded', 0);

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^0 dead letters of orders sent again\.\n\d+ could not be sent: /);
    expect(idsOf(await peek('orders/$DeadLetterQueue'))).toEqual(['L1']);
  });
});
