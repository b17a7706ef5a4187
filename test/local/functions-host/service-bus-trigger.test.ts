import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import type { ExtensionHost, RegisteredFunction } from '../../../local/functions-host/extension.ts';
import { batchInvocation } from '../../../local/functions-host/service-bus-metadata.ts';
import { parseServiceBusSection, parseServiceBusTrigger } from '../../../local/functions-host/service-bus-trigger.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const CONNECTION = 'Endpoint=sb://127.0.0.1;UseDevelopmentEmulator=true';

function hostWith(settings: Readonly<Record<string, string>>): ExtensionHost {
  return {
    clock: new ManualClock(),
    functions: [],
    origin: 'http://127.0.0.1:1',
    innerOrigin: 'http://127.0.0.1:1',
    log: () => undefined,
    setting: (name) => settings[name],
    hostSection: () => ({}),
    resolve: (text) => text.replace('%QUEUE%', 'orders'),
    invoke: () => Promise.reject(new Error('Nothing is invoked here.')),
  };
}

function fn(options: Readonly<Record<string, unknown>>): RegisteredFunction {
  const binding = { type: 'serviceBusTrigger', direction: 'in', ...options } as const;
  return { id: 'take', name: 'take', trigger: { name: 'message', binding }, bindings: { message: binding } };
}

const parse = (options: Readonly<Record<string, unknown>>, settings: Readonly<Record<string, string>> = { SB: CONNECTION }) =>
  parseServiceBusTrigger(
    fn({ connection: 'SB', queueName: 'orders', ...options }),
    hostWith(settings),
    parseServiceBusSection({}),
  );

describe('a Service Bus trigger', () => {
  it('resolves its queue and connection, and takes the rest from host.json', () => {
    const trigger = parse({ queueName: '%QUEUE%', cardinality: 'Many' });

    expect(trigger).toEqual({
      connectionString: CONNECTION,
      entityPath: 'orders',
      cardinality: 'many',
      isSessionsEnabled: false,
      autoCompleteMessages: true,
    });
  });

  it.each([
    ['without a prefix', 'SB'],
    ['with the prefix of the host', 'AzureWebJobsSB'],
    ['among the connection strings', 'ConnectionStrings:SB'],
  ])('finds its connection %s', (_where, name) => {
    const trigger = parse({}, { [name]: CONNECTION });

    expect(trigger.connectionString).toBe(CONNECTION);
  });

  it('resolves its topic and subscription', () => {
    const trigger = parse({ queueName: undefined, topicName: '%QUEUE%', subscriptionName: 'audit' });

    expect(trigger.entityPath).toBe('orders/Subscriptions/audit');
  });

  it.each([
    ['nothing', { queueName: undefined }],
    ['a topic alone', { queueName: undefined, topicName: 't' }],
    ['a queue and a topic', { topicName: 't', subscriptionName: 's' }],
  ])('is refused when it names %s', (_what, options) => {
    const parsing = () => parse(options);

    expect(parsing).toThrow(
      expect.objectContaining({
        code: 'binding_invalid',
        message: expect.stringMatching(/'take'.*either a queue .* or a topic/),
      }),
    );
  });

  it('is refused when it asks for an SDK binding', () => {
    const parsing = () => parse({ properties: { supportsDeferredBinding: 'true' } });

    expect(parsing).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', message: expect.stringMatching(/'take'.*sdkBinding/) }),
    );
  });

  it('is refused when its connection is an identity', () => {
    const parsing = () => parse({}, { SB__fullyQualifiedNamespace: 'x.servicebus.windows.net' });

    expect(parsing).toThrow(
      expect.objectContaining({ code: 'unsupported_feature', message: expect.stringContaining('set SB to a connection string') }),
    );
  });

  it('is refused when an option has the wrong type', () => {
    const parsing = () => parse({ autoCompleteMessages: 'yes' });

    expect(parsing).toThrow(
      expect.objectContaining({ code: 'binding_invalid', message: expect.stringMatching(/'take'.*autoCompleteMessages/s) }),
    );
  });
});

describe('the section of host.json', () => {
  it('has the defaults of the extension', () => {
    const section = parseServiceBusSection({});

    expect(section).toMatchObject({
      autoCompleteMessages: true,
      maxAutoLockRenewalDurationMs: 300_000,
      maxConcurrentSessions: 8,
      maxConcurrentCallsPerSession: 1,
      sessionIdleTimeoutMs: 60_000,
    });
  });
});

describe('a batch', () => {
  const { binding } = fn({}).trigger;
  const message = (fields: Partial<ServiceBusReceivedMessage>): ServiceBusReceivedMessage => ({
    body: Buffer.from('text'),
    state: 'active',
    _rawAmqpMessage: { body: undefined },
    ...fields,
  });

  it('leaves empty texts out of its arrays, unless the app wants them', () => {
    const messages = [message({ correlationId: 'a' }), message({})];

    const usual = batchInvocation(binding, messages, false).triggerMetadata?.['CorrelationIdArray'];
    const wanted = batchInvocation(binding, messages, true).triggerMetadata?.['CorrelationIdArray'];

    expect(usual).toEqual({ collectionString: { string: ['a'] } });
    expect(wanted).toEqual({ collectionString: { string: ['a', ''] } });
  });

  it('of data type binary carries the bytes', () => {
    const { trigger } = batchInvocation({ ...binding, dataType: 'binary' }, [message({}), message({ body: undefined })], false);

    expect(trigger).toEqual({ collectionBytes: { bytes: [Buffer.from('text'), Buffer.alloc(0)] } });
  });
});
