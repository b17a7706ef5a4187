import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/triggers/json-schema.ts';

describe('a schema', () => {
  it.each([
    ['an unknown keyword', { example: 1, type: 'string' }],
    ['an unknown format', { format: 'iban', type: 'string' }],
    ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#', type: 'string' }],
  ])('with %s checks what it can', (_, schema) => {
    const check = compileSchema(schema);

    expect(check('text')).toBeUndefined();
    expect(check(1)?.code).toBe('schema_violation');
  });

  it('is refused for an unknown keyword where typing errors must show', () => {
    expect(() => compileSchema({ minLenght: 1 }, 'refused')).toThrow('minLenght');
  });

  it.each([
    ['text that refers to nothing', { $ref: 'https://example.com/order.json' }],
    ['a type there is not', { type: 'text' }],
  ])('with %s is not usable', (_, schema) => {
    expect(() => compileSchema(schema)).toThrow(expect.objectContaining({ code: 'schema_invalid' }));
  });

  it('does not take a member that every object inherits for one that was sent', () => {
    const check = compileSchema({ type: 'object', required: ['constructor'] });

    expect(check({})?.faults).toEqual([{ path: '$.constructor', rule: 'required', message: 'is missing' }]);
  });
});
