import { describe, expect, it } from 'vitest';
import { readValue } from '../../src/schema/read-value.ts';

describe('JSON Schema', () => {
  it('only checks', () => {
    const schema = { type: 'object', properties: { n: { type: 'integer' }, note: { type: 'string', default: 'x' } } };

    const text = readValue(schema, { n: '1' });
    const absent = readValue(schema, { n: 1 });

    expect(text).toMatchObject({ kind: 'refused', problems: [{ path: '$.n', code: 'type', message: 'must be integer' }] });
    expect(absent).toEqual({ kind: 'ok', value: { n: 1 } });
  });

  it('answers at once whatever it says of asynchrony', () => {
    const reading = readValue({ $async: true, type: 'string' }, 1);

    expect(reading).toMatchObject({ kind: 'refused', problems: [{ code: 'type' }] });
  });

  it('tells every problem, with its place and never the value', () => {
    const schema = {
      type: 'object',
      required: ['id'],
      additionalProperties: false,
      properties: { lines: { items: { properties: { price: { minimum: 0 } } } }, card: { pattern: '^\\d+$' }, id: {} },
    };

    const reading = readValue(schema, { lines: [{ price: 1 }, { price: -77_123 }], card: 'tok_secret', other: 'pass_secret' });

    expect(reading).toEqual({
      kind: 'refused',
      problems: [
        { path: '$.id', code: 'required', message: 'is missing' },
        { path: '$.other', code: 'additionalProperties', message: 'is not allowed' },
        { path: '$.lines[1].price', code: 'minimum', message: 'must be >= 0' },
        { path: '$.card', code: 'pattern', message: 'must match pattern "^\\d+$"' },
      ],
      omitted: 0,
    });
  });

  it('tells the first problems of very many, and how many there are', () => {
    const reading = readValue(
      { items: { type: 'string' } },
      Array.from({ length: 1000 }, (_, index) => index),
    );

    expect(reading).toMatchObject({ kind: 'refused', omitted: 980 });
  });

  it('cuts what would make a message long', () => {
    const schema = { propertyNames: { pattern: `^(${'a'.repeat(900)})$` } };

    const reading = readValue(schema, { ['k'.repeat(5000)]: 1 });

    expect(JSON.stringify(reading).length).toBeLessThan(2000);
  });

  it.each([
    ['text that refers to nothing', { $ref: 'https://example.com/order.json' }],
    ['a type there is not', { type: 'text' }],
    ['a broken pattern', { pattern: '(' }],
    ['broken rules for cleaning', { 'x-hexdag-coerce': true, properties: { a: { 'x-hexdag-sanitize': { base: 'date' } } } }],
  ])('with %s is not usable', (_, schema) => {
    expect(() => readValue(schema, {})).toThrow(expect.objectContaining({ code: 'schema_invalid' }));
  });
});
