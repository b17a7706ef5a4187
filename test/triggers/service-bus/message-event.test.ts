import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../src/triggers/json-schema.ts';
import { read, refuse } from '../../../src/triggers/rejection.ts';
import { readServiceBusEvent } from '../../../src/triggers/service-bus/message-event.ts';
import type { ServiceBusMessage } from '../../../src/triggers/service-bus/message-metadata.ts';
import { createMessage, createTrigger } from '../fixtures.ts';

const RECEIVED_AT = '2026-01-01T00:00:00.000Z';
const TRACE_PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function eventOf(message: ServiceBusMessage, trigger = createTrigger()) {
  const reading = readServiceBusEvent(message, trigger, RECEIVED_AT);
  return reading.kind === 'read' ? reading.value : undefined;
}

function rejectionOf(message: ServiceBusMessage, trigger = createTrigger()) {
  const reading = readServiceBusEvent(message, trigger, RECEIVED_AT);
  return reading.kind === 'refused' ? reading.rejection : undefined;
}

describe('making a Service Bus message into an event', () => {
  it('takes the envelope from the metadata', () => {
    const message = createMessage('{"orderId":"A1"}', {
      messageId: 'order-1',
      correlationId: 'c-9',
      subject: 'order.placed',
      contentType: 'application/json; charset=UTF-8',
      applicationProperties: { tenant: 'north', traceparent: TRACE_PARENT },
    });

    const event = eventOf(message);

    expect(event).toEqual({
      key: 'order-1',
      type: 'order.placed',
      subject: 'order.placed',
      source: '/service-bus/orders',
      data: { orderId: 'A1' },
      payloadHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      correlationId: 'c-9',
      traceParent: TRACE_PARENT,
      properties: { tenant: 'north', traceparent: TRACE_PARENT },
      receivedAt: RECEIVED_AT,
    });
  });

  it('does without any metadata but the message id', () => {
    const event = eventOf({ body: Buffer.from('[1]'), metadata: { messageId: 'm-1' } });

    expect(event).toMatchObject({ key: 'm-1', type: 'service_bus.message', data: [1], properties: {} });
  });

  it('gives the same payload hash to the same content in another spelling', () => {
    const one = eventOf(createMessage('{"a":1,"b":[true,null]}'));
    const other = eventOf(createMessage('{ "b": [true, null], "a": 1.0 }'));

    expect(one?.payloadHash).toBe(other?.payloadHash);
  });

  it('refuses a message that came without a body', () => {
    const rejection = rejectionOf({ body: undefined, metadata: { messageId: 'm-1' } });

    expect(rejection?.code).toBe('body_empty');
  });

  it('throws when the host has parsed the body, because that is a fault of the registration', () => {
    const message = { body: { orderId: 'A1' }, metadata: { messageId: 'm-1' } };

    expect(() => readServiceBusEvent(message, createTrigger(), RECEIVED_AT)).toThrow("dataType: 'binary'");
  });

  it.each([
    ['application/xml', 'media_type_unsupported'],
    ['text/plain', 'media_type_unsupported'],
    ['application/cloudevents-batch+json', 'media_type_unsupported'],
    [`application/${'batch'.repeat(13_000)}_+json`, 'media_type_unsupported'],
    ['application/json; charset=latin1', 'charset_unsupported'],
    ['application/json;charset="utf-16"', 'charset_unsupported'],
  ])('refuses content type %s with %s', (contentType, code) => {
    const rejection = rejectionOf(createMessage('{}', { contentType }));

    expect(rejection?.code).toBe(code);
  });

  it.each(['application/json', 'APPLICATION/JSON', 'application/vnd.shop.order+json; charset="utf-8"'])(
    'accepts content type %s',
    (contentType) => {
      const event = eventOf(createMessage('{}', { contentType }));

      expect(event).toBeDefined();
    },
  );

  describe('the key', () => {
    it('is the message id, read back as text where the host made it a number', () => {
      const event = eventOf(createMessage('{}', { messageId: 12345 }));

      expect(event?.key).toBe('12345');
    });

    it('may hold any character', () => {
      const event = eventOf(createMessage('{}', { messageId: 'a/b?c#d\\e' }));

      expect(event?.key).toBe('a/b?c#d\\e');
    });

    it.each([[undefined], [null], [''], [' '], [{ nested: 1 }]])('is missing if the message id is %j', (messageId) => {
      const rejection = rejectionOf(createMessage('{}', { messageId }));

      expect(rejection?.code).toBe('idempotency_key_missing');
    });

    it('is refused where the host has lost digits of a long number', () => {
      const messageId: unknown = JSON.parse('12345678901234567890');

      const rejection = rejectionOf(createMessage('{}', { messageId }));

      expect(rejection?.code).toBe('number_precision');
    });

    it('does without the message id where the trigger has its own, lost digits or not', () => {
      const trigger = createTrigger({ key: () => read('A1') });
      const messageId: unknown = JSON.parse('12345678901234567890');

      const event = eventOf(createMessage('{}', { messageId }), trigger);

      expect(event?.key).toBe('A1');
    });

    it('comes from the trigger, and the message id may then be missing', () => {
      const trigger = createTrigger({ key: () => read('A1') });

      const event = eventOf(createMessage('{"orderId":"A1"}', { messageId: undefined }), trigger);

      expect(event?.key).toBe('A1');
    });

    it.each([[null], [''], [true], [1.5], [{}]])('is missing if the trigger finds %j, whatever the message id says', (found) => {
      const trigger = createTrigger({ key: () => read(found) });

      const rejection = rejectionOf(createMessage('{"x":1}'), trigger);

      expect(rejection?.code).toBe('idempotency_key_missing');
    });

    it('is refused above 255 characters', () => {
      const rejection = rejectionOf(createMessage('{}', { messageId: 'k'.repeat(256) }));

      expect(rejection?.code).toBe('idempotency_key_too_long');
    });

    it('tells why it could not be computed', () => {
      const trigger = createTrigger({ key: () => refuse('mapping_failed', 'no') });

      const rejection = rejectionOf(createMessage('{}'), trigger);

      expect(rejection?.code).toBe('mapping_failed');
    });
  });

  describe('`when`', () => {
    it.each([[false], [null], ['yes'], [1]])('leaves a message alone if it is %j', (value) => {
      const trigger = createTrigger({ when: () => read(value) });

      const reading = readServiceBusEvent(createMessage('{}'), trigger, RECEIVED_AT);

      expect(reading).toEqual({ kind: 'ignored' });
    });

    it('comes before the schema and the key, which are for the messages that count', () => {
      const checkBody = compileSchema({ required: ['orderId'] });
      const trigger = createTrigger({ when: () => read(false), key: () => read(null), checkBody });

      const reading = readServiceBusEvent(createMessage('{"heartbeat":1}'), trigger, RECEIVED_AT);

      expect(reading).toEqual({ kind: 'ignored' });
    });

    it('refuses a message for which it cannot be computed', () => {
      const trigger = createTrigger({ when: () => refuse('mapping_failed', 'no') });

      const rejection = rejectionOf(createMessage('{}'), trigger);

      expect(rejection?.code).toBe('mapping_failed');
    });
  });

  describe('a body handed over as text', () => {
    it('cannot put its own message id into the metadata', () => {
      // The host has merged the body's members into the metadata.
      const message = { body: '{"MessageId":"spoofed"}', metadata: { messageId: 'spoofed' } };

      const rejection = rejectionOf(message);

      expect(rejection?.code).toBe('idempotency_key_missing');
    });

    it('leaves the metadata trusted where it names nothing of it', () => {
      const event = eventOf({ body: '{"orderId":"A1"}', metadata: { messageId: 'm-7', orderId: 'A1' } });

      expect(event?.key).toBe('m-7');
    });
  });

  describe('properties', () => {
    it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [{ a: 1 }], [['a']]])('are refused if one is %j', (value) => {
      const rejection = rejectionOf(createMessage('{}', { applicationProperties: { 'x-count': value } }));

      expect(rejection).toMatchObject({ code: 'property_type', message: expect.stringContaining('x-count') });
    });

    it('are found under their older name', () => {
      const event = eventOf({ body: Buffer.from('{}'), metadata: { messageId: 'm', userProperties: { tenant: 'n' } } });

      expect(event?.properties).toEqual({ tenant: 'n' });
    });

    it.each(['00-zz-zz-01', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, `ff${TRACE_PARENT.slice(2)}`, 12])(
      'with the traceparent %s start a new trace',
      (traceparent) => {
        const event = eventOf(createMessage('{}', { applicationProperties: { traceparent } }));

        expect(event?.traceParent).toBeUndefined();
      },
    );
  });

  describe('the schema', () => {
    const checkBody = compileSchema({
      type: 'object',
      required: ['orderId'],
      properties: {
        orderId: { type: 'string', minLength: 1 },
        total: { type: 'number', minimum: 0 },
        email: { type: 'string', format: 'email' },
        lines: { type: 'array', items: { type: 'object', additionalProperties: false, properties: { sku: {} } } },
      },
    });

    it('refuses a value of another type', () => {
      const rejection = rejectionOf(createMessage('[{"orderId":"A1"}]'), createTrigger({ checkBody }));

      expect(rejection).toMatchObject({
        code: 'schema_violation',
        faults: [{ path: '$', rule: 'type', message: 'must be object' }],
      });
    });

    it('lists every fault with its place and rule', () => {
      const rejection = rejectionOf(createMessage('{"orderId":"","total":-1,"email":"?"}'), createTrigger({ checkBody }));

      expect(rejection?.faults?.map(({ path, rule }) => [path, rule])).toEqual([
        ['$.orderId', 'minLength'],
        ['$.total', 'minimum'],
        ['$.email', 'format'],
      ]);
      expect(rejection?.message).toContain('$.orderId');
      expect(rejection?.message).toContain('$.total');
    });

    it('names the missing and the surplus member itself', () => {
      const rejection = rejectionOf(createMessage('{"lines":[{"sku":1,"x/y":2}]}'), createTrigger({ checkBody }));

      expect(rejection?.faults?.map(({ path }) => path)).toEqual(['$.orderId', '$.lines[0]["x/y"]']);
    });

    it('stops listing after twenty', () => {
      const lines = Array.from({ length: 50 }, () => ({ other: 1 }));

      const rejection = rejectionOf(createMessage(JSON.stringify({ orderId: 'A', lines })), createTrigger({ checkBody }));

      expect(rejection?.faults).toHaveLength(20);
      expect(rejection?.message).toContain('and 30 more');
    });
  });

  describe('a CloudEvent in structured form', () => {
    const contentType = 'application/cloudevents+json; charset=utf-8';
    const order = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.placed', data: { orderId: 'A1' } };

    it('is unwrapped, and its source and id are the key', () => {
      const body = JSON.stringify({ ...order, subject: 'A1', time: '2026-01-01T00:00:00Z', traceparent: TRACE_PARENT });

      const event = eventOf(createMessage(body, { contentType, messageId: 'm-1' }));

      expect(event).toMatchObject({
        key: '/shop e-1',
        type: 'order.placed',
        source: '/shop',
        subject: 'A1',
        traceParent: TRACE_PARENT,
        data: { orderId: 'A1' },
      });
    });

    it('may carry its JSON as Base64', () => {
      const { data, ...rest } = order;
      const body = JSON.stringify({ ...rest, data_base64: Buffer.from(JSON.stringify(data)).toString('base64') });

      const event = eventOf(createMessage(body, { contentType }));

      expect(event?.data).toEqual({ orderId: 'A1' });
    });

    it('keeps data that is false', () => {
      const event = eventOf(createMessage(JSON.stringify({ ...order, data: false }), { contentType }));

      expect(event?.data).toBe(false);
    });

    it.each([
      [{ ...order, specversion: '0.9' }, 'specversion_unsupported'],
      [{ ...order, source: undefined }, 'attribute_missing'],
      [{ ...order, id: '' }, 'attribute_empty'],
      [{ ...order, type: 7 }, 'attribute_type'],
      [{ ...order, time: 'yesterday' }, 'attribute_type'],
      [{ ...order, time: '2026-02-30T25:00:00Z' }, 'attribute_type'],
      [{ ...order, data_base64: 'e30=' }, 'data_conflict'],
      [{ ...order, data: undefined, data_base64: '?' }, 'attribute_type'],
      [{ ...order, datacontenttype: 'text/xml' }, 'media_type_unsupported'],
      [[order], 'attribute_missing'],
    ])('is refused if it is %j (%s)', (body, code) => {
      const rejection = rejectionOf(createMessage(JSON.stringify(body), { contentType }));

      expect(rejection?.code).toBe(code);
    });
  });
});
