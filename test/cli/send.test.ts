import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceBusServer, startServiceBus } from '../../local/service-bus/server.ts';
import { loadTopology } from '../../local/service-bus/topology.ts';
import { cli } from './cli.ts';

const TOPOLOGY = JSON.stringify({
  UserConfig: { Namespaces: [{ Name: 'local', Queues: [{ Name: 'orders', Properties: {} }], Topics: [] }] },
});

let folder: string;
let serviceBus: ServiceBusServer;
let client: ServiceBusClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-send-'));
  serviceBus = await startServiceBus({ port: 0, topology: loadTopology(TOPOLOGY, 'topology'), databasePath: ':memory:' });
  client = new ServiceBusClient(serviceBus.connectionString);
});

afterAll(async () => {
  await client.close();
  await serviceBus.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Takes what was sent, and no more than that. */
async function receive(count: number): Promise<readonly ServiceBusReceivedMessage[]> {
  const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });
  const received: ServiceBusReceivedMessage[] = [];
  while (received.length < count)
    received.push(...(await receiver.receiveMessages(count - received.length, { maxWaitTimeInMs: 5_000 })));
  await receiver.close();
  return received;
}

function send(...args: string[]) {
  return cli(['send', 'orders', ...args], { environment: { SB: serviceBus.connectionString } });
}

describe('hexdag send', () => {
  it.each([
    ['the elements of an array', '[{"id":1},{"id":2}]'],
    ['the lines of a file', '{"id":1}\n\n{"id":2}\r\n'],
  ])('sends %s as messages', async (_, text) => {
    const file = join(folder, 'values.json');
    writeFileSync(file, text);

    const { exitCode, stdout } = await send(file);

    const messages = await receive(2);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '2 sent to orders.\n' });
    expect(messages.map(({ body, contentType }) => ({ body, contentType }))).toEqual([
      { body: { id: 1 }, contentType: 'application/json' },
      { body: { id: 2 }, contentType: 'application/json' },
    ]);
  });

  it('sends standard input, with message ids from the values', async () => {
    const sent = await cli(['send', 'orders', '-', '--id-path', 'order.id', '--output', 'json'], {
      stdin: '{ "order": { "id": 7 } }',
      environment: { SB: serviceBus.connectionString },
    });

    const [message] = await receive(1);
    expect(JSON.parse(sent.stdout)).toEqual({ queue: 'orders', sent: 1 });
    expect(message?.messageId).toBe('7');
  });

  it('tells that a connection string is none, and nothing of it', async () => {
    const sent = await cli(['send', 'orders', '-', '--connection', 'key=secret-7'], { stdin: '{}' });

    expect(sent).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^send_failed: The connection string cannot be read/),
    });
    expect(sent.stderr).not.toContain('secret-7');
  });

  it.each([
    ['nothing', '', 'input_empty', 'empty'],
    ['a broken line', '{"id":1}\n{"id":', 'input_not_json', ':2 '],
    ['a number beyond all', '{"id":1}\n{"id":1e400}', 'input_not_json', ':2 '],
    ['a value without an id', '[{"id":1},{"name":"x"}]', 'id_missing', 'Value 2'],
  ])('sends nothing of a file with %s', async (_, text, code, hint) => {
    const file = join(folder, 'values.json');
    writeFileSync(file, text);
    const before = serviceBus.counters();

    const { exitCode, stderr } = await send(file, '--id-path', 'id');

    expect(exitCode).toBe(2);
    expect(stderr.startsWith(`${code}: `)).toBe(true);
    expect(stderr).toContain(hint);
    expect(serviceBus.counters()['sends']).toBe(before['sends']);
  });

  it('fails with the reason when the queue is not there', async () => {
    const file = join(folder, 'values.json');
    writeFileSync(file, '{"id":1}');

    const { exitCode, stderr } = await cli(['send', 'odrers', file, '--connection', serviceBus.connectionString]);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^send_failed: .*odrers/);
  });
});
