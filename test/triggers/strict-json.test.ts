import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/triggers/strict-json.ts';

function rejectionOf(body: string | Uint8Array) {
  const reading = readJson(body);
  return reading.kind === 'refused' ? reading.rejection : undefined;
}

describe('reading JSON strictly', () => {
  it.each([
    ['an empty body', '', { code: 'body_empty' }],
    ['a trailing comma', '{"orderId":"A1",}', { code: 'body_not_json', offset: 16 }],
    ['XML', '<order id="A1"/>', { code: 'body_not_json', offset: 0, message: expect.stringContaining('looks like XML') }],
    ['a body cut short', '{"a":', { code: 'body_not_json', offset: 5 }],
    ['a second value', '{} {}', { code: 'body_not_json', offset: 3 }],
    ['a word that is none', '[nulL]', { code: 'body_not_json', offset: 4 }],
    ['a number with a leading zero', '{"a":01}', { code: 'body_not_json', offset: 6 }],
    ['a raw line break in a string', '["a\nb"]', { code: 'body_not_json', offset: 3 }],
    ['an escape that is none', '["\\x41"]', { code: 'body_not_json', offset: 2 }],
    ['single quotes', "{'a':1}", { code: 'body_not_json', offset: 1 }],
    ['a key given twice', '{"orderId":"A1","orderId":"B2"}', { code: 'json_duplicate_key', path: '$.orderId' }],
    ['a key given twice, once escaped', '[{"id":1,"\\u0069d":2}]', { code: 'json_duplicate_key', path: '$[0].id' }],
    ['__proto__', '{"__proto__":{"isAdmin":true}}', { code: 'json_forbidden_key', path: '$.__proto__' }],
    ['__proto__, escaped', '{"a":{"\\u005f_proto__":1}}', { code: 'json_forbidden_key', path: '$.a.__proto__' }],
    ['a constructor with a prototype', '{"constructor":{"prototype":{}}}', { code: 'json_forbidden_key', path: '$.constructor' }],
    [
      'an integer beyond 2^53',
      '{"total":9007199254740993}',
      { code: 'number_precision', path: '$.total', message: expect.stringContaining('send it as a string') },
    ],
    ['more digits than a double has', '[0.12345678901234567891]', { code: 'number_precision', path: '$[0]' }],
    ['a number that vanishes', '[1e-400]', { code: 'number_precision', path: '$[0]' }],
    ['a number without end', '{"total":1e400}', { code: 'number_not_finite', path: '$.total' }],
    ['a key that is no name', '{"a b":{"c":1e400}}', { code: 'number_not_finite', path: '$["a b"].c' }],
  ])('refuses %s', (_, body, expected) => {
    const rejection = rejectionOf(body);

    expect(rejection).toMatchObject(expected);
  });

  // By a look at the rest for each of its zeros it took a minute.
  it('refuses a number of many digits in no time', () => {
    const body = `[0.1${'0'.repeat(250_000)}1]`;

    expect(rejectionOf(body)).toMatchObject({ code: 'number_precision', path: '$[0]' });
  });

  it('names the byte that is not UTF-8', () => {
    const body = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);

    const rejection = rejectionOf(body);

    expect(rejection).toMatchObject({ code: 'body_encoding', offset: 6, message: expect.stringContaining('Byte 6') });
  });

  it('does not take a replacement character that was sent for a bad byte', () => {
    const body = Buffer.concat([Buffer.from('"\ufffd'), Buffer.from([0xc3, 0x22])]);

    const rejection = rejectionOf(body);

    expect(rejection).toMatchObject({ code: 'body_encoding', offset: 4 });
  });

  it.each([
    ['little', Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00])],
    ['big', Buffer.from([0xfe, 0xff, 0x00, 0x7b, 0x00, 0x7d])],
  ])('calls UTF-16 by its name (%s endian)', (_, body) => {
    const rejection = rejectionOf(body);

    expect(rejection).toMatchObject({ code: 'body_encoding', message: expect.stringContaining('UTF-16') });
  });

  it('counts offsets in bytes, not in characters', () => {
    const rejection = rejectionOf(Buffer.from('{"ü":?}'));

    expect(rejection).toMatchObject({ code: 'body_not_json', offset: 6 });
  });

  it('refuses 100,000 brackets without exhausting the stack', () => {
    const rejection = rejectionOf('['.repeat(100_000) + ']'.repeat(100_000));

    expect(rejection).toMatchObject({ code: 'json_depth', offset: 64 });
  });

  it('reads 64 levels', () => {
    const reading = readJson('['.repeat(64) + ']'.repeat(64));

    expect(reading.kind).toBe('read');
  });

  it('refuses one byte above the limit and reads one at it', () => {
    const atLimit = JSON.stringify('x'.repeat(1_048_574));

    const within = readJson(Buffer.from(atLimit));
    const above = rejectionOf(Buffer.from(`${atLimit} `));

    expect(within.kind).toBe('read');
    expect(above).toMatchObject({ code: 'body_too_large', message: expect.stringContaining('claim check') });
  });

  it('reads a body with a UTF-8 byte order mark', () => {
    const reading = readJson(Buffer.from('\ufeff{"a":1}'));

    expect(reading).toEqual({ kind: 'read', value: { a: 1 } });
  });

  it.each(['0.1', '1.10', '1e3', '1500.0e0', '9007199254740991', '-0.5', '0.30000000000000004', '0.10000000000000001', '1e300'])(
    'keeps the number %s',
    (text) => {
      const reading = readJson(text);

      expect(reading).toEqual({ kind: 'read', value: Number(text) });
    },
  );

  it('allows a constructor that is only a name', () => {
    const reading = readJson('{"constructor":"Ferrari"}');

    expect(reading).toEqual({ kind: 'read', value: { constructor: 'Ferrari' } });
  });

  it('reads what JSON.parse reads, for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.boolean(), (text, spread) => {
        const body = spread ? JSON.stringify(JSON.parse(text), null, 2) : text;
        // What is refused on purpose is the other tests' business.
        fc.pre(!/__proto__|"constructor"|\\u|(?<![.\d])\d{16}/.test(body));

        const reading = readJson(Buffer.from(body));

        expect(reading).toEqual({ kind: 'read', value: JSON.parse(body) });
      }),
    );
  });

  it('refuses what JSON.parse refuses, for any damaged JSON', () => {
    const damaged = fc
      .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.constantFrom('', '"', ',', '}', ']', '\\', '-', '0', 'e', ':'))
      .map(([text, at, inserted]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + inserted + text.slice(place + 1);
      });
    fc.assert(
      fc.property(damaged, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }

        const code = rejectionOf(text)?.code;

        // Before the place where the text breaks, another fault may be told.
        if (valid) expect(code).not.toBe('body_not_json');
        else expect(code).toBeDefined();
      }),
      { examples: [['{"a":1,}'], ['[1 2]'], ['"\\"'], ['-']] },
    );
  });
});
