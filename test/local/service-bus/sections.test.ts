import fc from 'fast-check';
import rhea from 'rhea';
import { describe, expect, it } from 'vitest';
import { encodeString } from '../../../local/service-bus/amqp-bytes.ts';
import { BrokerError } from '../../../local/service-bus/errors.ts';
import { uuidToBytes, uuidToGuidBytes, uuidToText } from '../../../local/service-bus/guid.ts';
import { parseMessage, splitBatch, withApplicationProperties } from '../../../local/service-bus/sections.ts';

describe('a parsed message', () => {
  it('gives up its ids and its schedule, and keeps only foreign annotations', () => {
    const encoded = rhea.message.encode({
      durable: true,
      priority: 7,
      ttl: 1000,
      message_annotations: {
        'x-opt-scheduled-enqueue-time': rhea.types.wrap_timestamp(5000),
        'x-opt-sequence-number': 4,
        'x-opt-partition-key': 'p',
      },
      message_id: 'm',
      group_id: 's',
      body: 'text',
    });

    const parsed = parseMessage(encoded);

    expect(parsed).toMatchObject({ messageKey: 'text:m', sessionId: 's', scheduledAt: 5000 });
    expect(parsed.content).toMatchObject({ durable: true, priority: 7, ttlMs: 1000, annotationCount: 4 });
    expect(rhea.message.decode(parsed.content.bare)).toMatchObject({ message_id: 'm', group_id: 's', body: 'text' });
  });

  it('tells a text id from a number of the same look', () => {
    const keys = ['7', 7].map((message_id) => parseMessage(rhea.message.encode({ message_id, body: 1 })).messageKey);

    expect(new Set(keys).size).toBe(2);
  });

  it('may consist of anything without doing harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          parseMessage(Buffer.from(bytes));
          splitBatch(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(BrokerError);
        }
      }),
    );
  });

  it('may be cut off anywhere without doing harm', () => {
    const encoded = rhea.message.encode({
      ttl: 5,
      message_annotations: { a: 1 },
      message_id: 'm',
      application_properties: { b: 2 },
      body: 'x',
    });

    for (let length = 1; length < encoded.length; length++) {
      try {
        parseMessage(encoded.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(BrokerError);
      }
    }
  });
});

describe('setting application properties', () => {
  it.each([
    ['a message with some', { application_properties: { a: 1, b: 2 }, body: 'text' }, { a: 1, b: 'new', c: 'more' }],
    ['a message without any', { body: 'text' }, { b: 'new', c: 'more' }],
  ])('changes %s and nothing else', (_kind, message, expected) => {
    const { content } = parseMessage(rhea.message.encode({ message_id: 'm', ...message }));

    const changed = withApplicationProperties(
      content,
      new Map([
        ['b', encodeString('new')],
        ['c', encodeString('more')],
      ]),
    );

    const decoded = rhea.message.decode(changed.bare);
    expect(decoded).toMatchObject({ message_id: 'm', body: 'text' });
    expect(decoded['application_properties']).toEqual(expected);
  });
});

describe('a GUID', () => {
  it('goes to text and back, and has its first three groups reversed on the wire', () => {
    const text = '00112233-4455-6677-8899-aabbccddeeff';

    expect(uuidToText(uuidToBytes(text))).toBe(text);
    expect(uuidToGuidBytes(text).toString('hex')).toBe('33221100554477668899aabbccddeeff');
  });
});
