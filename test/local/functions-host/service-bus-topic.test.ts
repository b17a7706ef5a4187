import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import { ServiceBusExtension } from '../../../local/functions-host/service-bus-extension.ts';
import { type BrokerFixture, startTopics } from '../service-bus/broker-fixture.ts';
import { fixtureDirectory } from './probe.ts';
import { callSettlement, encode, stringValue } from './settlement-client.ts';

interface Context {
  readonly functionName: string;
  readonly triggerMetadata: Readonly<Record<string, unknown>>;
}

const appDirectory = fixtureDirectory('topic-app');
const appFile = join(appDirectory, 'functions.cjs');
const load = createRequire(import.meta.url);

/** A broker with a topic, and an app whose two functions take its two subscriptions; `called` resolves at the `count`th call. */
async function startApp(count: number, work: (context: Context) => Promise<unknown>) {
  const properties = { MaxDeliveryCount: 2 };
  const broker = await startTopics({ events: { subscriptions: { audit: { properties }, manual: { properties } } } });
  delete load.cache[appFile];
  const host = await startFunctionsHost({
    appDirectory,
    port: 0,
    settings: { SB: broker.server.connectionString, TOPIC: 'events' },
    extensions: [new ServiceBusExtension()],
    onLog: () => undefined,
  });
  onTestFinished(() => host.close());
  const calls: { body: unknown; context: Context }[] = [];
  const called = new Promise<void>((resolve) => {
    load(appFile).behaviour.handle = async (body: unknown, context: Context) => {
      calls.push({ body, context });
      if (calls.length === count) resolve();
      await work(context);
    };
  });
  return { broker, host, calls, called };
}

async function settled(host: FunctionsHost, { client }: BrokerFixture) {
  await host.drain();
  const deadIn = (name: string) => client.createReceiver('events', name, { subQueueType: 'deadLetter' }).peekMessages(5);
  return { audit: await deadIn('audit'), manual: await deadIn('manual') };
}

describe('a message of a topic', () => {
  it('reaches the function of each subscription, and is settled in each by how that one ends', async () => {
    const { broker, host, calls, called } = await startApp(3, async ({ functionName }) => {
      if (functionName === 'audit') throw new Error('refused');
    });

    await broker.client.createSender('events').sendMessages({ body: Buffer.from('{"n":1}'), messageId: 'm', subject: 'created' });
    await called;
    const dead = await settled(host, broker);

    expect(calls.map(({ context }) => context.functionName).sort()).toEqual(['audit', 'audit', 'manual']);
    expect(calls[0]?.body).toEqual({ n: 1 });
    expect(calls[0]?.context.triggerMetadata).toMatchObject({ messageId: 'm', subject: 'created', sequenceNumber: 1 });
    expect(dead.audit).toMatchObject([{ messageId: 'm', deadLetterReason: 'MaxDeliveryCountExceeded' }]);
    expect(dead.manual).toEqual([]);
  });

  it('can be refused by the function of one subscription, and is completed in the other', async () => {
    const { broker, host, called } = await startApp(2, async ({ functionName, triggerMetadata }) => {
      if (functionName !== 'manual') return;
      const lockToken = String(triggerMetadata['lockToken']);
      await callSettlement('Deadletter', encode({ 1: lockToken, 3: stringValue('bad'), 4: stringValue('why') }));
    });

    await broker.client.createSender('events').sendMessages({ body: 1 });
    await called;
    const dead = await settled(host, broker);

    expect(dead.manual).toMatchObject([{ deadLetterReason: 'bad', deadLetterErrorDescription: 'why' }]);
    expect(dead.audit).toEqual([]);
  });
});
