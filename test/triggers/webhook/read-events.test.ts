import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/triggers/webhook/delivery.ts';
import { readEvents } from '../../../src/triggers/webhook/read-events.ts';
import type { WebhookSource } from '../../../src/triggers/webhook/source.ts';
import { createDelivery, createSource, RECEIVED_AT } from './fixtures.ts';

const TRACE_PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const ATTRIBUTES = { 'ce-specversion': '1.0', 'ce-id': 'e-1', 'ce-source': '/shop', 'ce-type': 'order.paid' };
const cloud = createSource('none', { format: 'cloud_events' });

function eventsOf(delivery: Delivery, source: WebhookSource) {
  const reading = readEvents(delivery, source);
  if (reading.kind === 'refused') return [];
  return reading.value.kind === 'one' ? [reading.value.event] : reading.value.events;
}

function codeOf(delivery: Delivery, source: WebhookSource) {
  const reading = readEvents(delivery, source);
  return reading.kind === 'refused' ? reading.rejection.code : 'read';
}

/** The id by which a repetition of the delivery is known. */
function markOf(delivery: Delivery, source: WebhookSource) {
  return eventsOf(delivery, source)[0]?.id;
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

describe('a plain delivery', () => {
  it('is one event, with its body as data', () => {
    const delivery = createDelivery({ type: 'order.paid', total: 1 }, { traceparent: TRACE_PARENT }, 'msg_1');

    const events = eventsOf(delivery, createSource('standard_webhooks'));

    expect(events).toEqual([
      {
        id: 'msg_1',
        idName: 'the id of the delivery',
        content: {
          type: 'order.paid',
          source: '/webhooks/partner',
          data: { type: 'order.paid', total: 1 },
          properties: {},
          traceParent: TRACE_PARENT,
          receivedAt: RECEIVED_AT,
        },
      },
    ]);
  });

  it('is called what its sender calls it, wherever that stands', () => {
    const types = [
      eventsOf(createDelivery({}, { 'x-github-event': 'push' }), createSource('github')),
      eventsOf(createDelivery({ type: 'invoice.paid' }), createSource('stripe')),
      eventsOf(createDelivery([1], {}, 'msg_1'), createSource('standard_webhooks')),
    ].map(([event]) => event?.content.type);

    expect(types).toEqual(['push', 'invoice.paid', 'webhook.received']);
  });
});

describe('the mark of a delivery', () => {
  it.each(['github', 'hmac'])('is the hash of its body, where nothing else is signed (%s)', (scheme) => {
    const first = createDelivery('{"a":1}', { 'x-github-delivery': '1', 'idempotency-key': 'one' });
    const replayed = createDelivery('{"a":1}', { 'x-github-delivery': '2', 'idempotency-key': 'two' });

    const marks = [first, replayed].map((delivery) => markOf(delivery, createSource(scheme)));

    expect(marks).toEqual([sha256('{"a":1}'), sha256('{"a":1}')]);
  });

  it("is the event's own id, where the signed body has one", () => {
    expect(markOf(createDelivery({ id: 'evt_1' }), createSource('stripe'))).toBe('evt_1');
    expect(markOf(createDelivery({ event_id: 'Ev1' }), createSource('slack'))).toBe('Ev1');
    expect(markOf(createDelivery('{"id":1}'), createSource('stripe'))).toBe(sha256('{"id":1}'));
  });

  it('is the header Idempotency-Key, quoted or not, where nobody signs', () => {
    const source = createSource('none');

    expect(markOf(createDelivery({}, { 'idempotency-key': '"k 1"' }), source)).toBe('k 1');
    expect(markOf(createDelivery({}, { 'idempotency-key': 'k-2' }), source)).toBe('k-2');
    expect(markOf(createDelivery({}), source)).toBeUndefined();
  });

  it('is not taken from the headers of a CloudEvent, where only its body is signed', () => {
    const signedBody = createSource('github', { format: 'cloud_events' });

    const marks = ['e-1', 'e-2'].map((id) => markOf(createDelivery('{"a":1}', { ...ATTRIBUTES, 'ce-id': id }), signedBody));

    expect(marks).toEqual([sha256('{"a":1}'), sha256('{"a":1}')]);
  });
});

describe('a signed CloudEvent', () => {
  const signedBody = createSource('github', { format: 'cloud_events' });
  const event = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.paid' };

  it.each([
    ['an event', event],
    ['a batch', [event, event]],
  ])('is not read as the data of another one that headers make up: %s', (_, body) => {
    const replayed = createDelivery(body, { ...ATTRIBUTES, 'ce-type': 'order.cancelled' });

    expect(codeOf(replayed, signedBody)).toBe('header_forbidden');
  });

  it('may have a list as data, and an object that is no CloudEvent', () => {
    const codes = [[], [1, { a: 1 }], { specversion: 2 }, { id: 'e-1' }].map((data) =>
      codeOf(createDelivery(data, ATTRIBUTES), signedBody),
    );

    expect(codes).toEqual(['read', 'read', 'read', 'read']);
  });
});

describe('a CloudEvent', () => {
  it('comes in structured form', () => {
    const body = {
      specversion: '1.0',
      id: 'e-1',
      source: '/shop',
      type: 'order.paid',
      subject: 'A1',
      tenant: 'north',
      data: { a: 1 },
    };

    const events = eventsOf(createDelivery(body, { 'content-type': 'application/cloudevents+json; charset=UTF-8' }), cloud);

    expect(events).toMatchObject([
      {
        id: '/shop e-1',
        content: { type: 'order.paid', source: '/shop', subject: 'A1', data: { a: 1 }, properties: { tenant: 'north' } },
      },
    ]);
  });

  it('comes in binary form, with data of any JSON', () => {
    const events = ['false', '0', '"text"', 'null'].map((data) => eventsOf(createDelivery(data, ATTRIBUTES), cloud)[0]);

    expect(events.map((event) => event?.content.data)).toEqual([false, 0, 'text', null]);
    expect(events[0]).toMatchObject({ id: '/shop e-1', content: { type: 'order.paid', source: '/shop' } });
  });

  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['%22quoted%22', '"quoted"'],
    ['"a \\"b\\" c"', 'a "b" c'],
    ['100% sure', '100% sure'],
    ['50%zz', '50%zz'],
    ['a%e2%82%acb', 'a€b'],
  ])('has the attribute %s decoded', (header, subject) => {
    const [event] = eventsOf(createDelivery('{}', { ...ATTRIBUTES, 'ce-subject': header }), cloud);

    expect(event?.content.subject).toBe(subject);
  });

  it.each(['%C0%A0', '%80', '%E2%82', 'caf\u00e9', '%ED%A0%80'])('has no attribute %s', (header) => {
    expect(codeOf(createDelivery('{}', { ...ATTRIBUTES, 'ce-subject': header }), cloud)).toBe('attribute_encoding');
  });

  it('says in headers nothing that HTTP says already', () => {
    const codes = ['ce-datacontenttype', 'ce-data', 'ce-data_base64'].map((name) =>
      codeOf(createDelivery('{}', { ...ATTRIBUTES, [name]: 'x' }), cloud),
    );

    expect(codes).toEqual(['header_forbidden', 'header_forbidden', 'header_forbidden']);
  });

  it('is wanted, where only those are taken', () => {
    expect(codeOf(createDelivery('{}'), cloud)).toBe('attribute_missing');
  });

  it('comes in batches, which may be empty but not endless', () => {
    const item = { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.paid' };
    const batch = (items: unknown) =>
      createDelivery(JSON.stringify(items), { 'content-type': 'application/cloudevents-batch+json' });

    expect(eventsOf(batch([item, { ...item, id: 'e-2' }]), cloud).map(({ id }) => id)).toEqual(['/shop e-1', '/shop e-2']);
    expect(codeOf(batch([]), cloud)).toBe('read');
    expect(codeOf(batch(Array.from({ length: 101 }, () => item)), cloud)).toBe('batch_too_large');
    expect(codeOf(batch(item), cloud)).toBe('batch_item_invalid');
  });

  it('tells which item of a batch is wrong, and where', () => {
    const items = [
      { specversion: '1.0', id: 'e-1', source: '/shop', type: 'order.paid' },
      { specversion: '1.0', id: 7 },
    ];
    const delivery = createDelivery(items, { 'content-type': 'application/cloudevents-batch+json' });

    const reading = readEvents(delivery, cloud);

    expect(reading).toMatchObject({
      rejection: { code: 'batch_item_invalid', item: { index: 1, code: 'attribute_type' }, path: '$[1].id' },
    });
  });
});

describe('a delivery of Event Grid', () => {
  const grid = createSource('none', { format: 'event_grid' });

  it('is a list of events, each known by its topic and id', () => {
    const body = [
      { id: '1', eventType: 'order.paid', topic: '/topics/orders', subject: 'A1', data: { a: 1 } },
      { id: '2', eventType: 'order.paid' },
    ];

    const events = eventsOf(createDelivery(body), grid);

    expect(events).toMatchObject([
      { id: '/topics/orders 1', content: { type: 'order.paid', source: '/topics/orders', subject: 'A1', data: { a: 1 } } },
      { id: '/webhooks/partner 2', content: { source: '/webhooks/partner', data: null } },
    ]);
  });

  it.each([[[{ eventType: 'x' }]], [[{ id: '', eventType: 'x' }]], [[{ id: 1, eventType: 'x' }]], [[7]], [{ id: '1' }]])(
    'is refused if it is %j',
    (body) => {
      expect(codeOf(createDelivery(body), grid)).toBe('batch_item_invalid');
    },
  );
});
