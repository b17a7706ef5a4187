import { describe, expect, it } from 'vitest';
import { readValue } from '../../src/schema/read-value.ts';
import { readField, shortForm } from './read.ts';

const wrongType = { refused: ['type'] };

describe('a plain type of the short form', () => {
  it.each([
    ['str', 'a', 'a'],
    ['str', '', ''],
    ['int', 3, 3],
    ['int', -3, -3],
    ['int', '12', 12],
    ['int', ' +12 ', 12],
    ['int', '-12', -12],
    ['int', '12.0', 12],
    ['int', '1_000', 1000],
    ['int', true, 1],
    ['int', false, 0],
    ['float', 3, 3],
    ['float', '2.5', 2.5],
    ['float', ' .5 ', 0.5],
    ['float', '5.', 5],
    ['float', '1e3', 1000],
    ['float', '-1E-2', -0.01],
    ['float', '1_000.25', 1000.25],
    ['float', true, 1],
    ['bool', true, true],
    ['bool', 0, false],
    ['bool', 1, true],
    ['bool', 'yes', true],
    ['bool', 'ON', true],
    ['bool', 't', true],
    ['bool', 'n', false],
    ['bool', 'False', false],
    ['list', [1], [1]],
    ['dict', { a: 1 }, { a: 1 }],
    ['Any', { a: [null] }, { a: [null] }],
    ['Any', 5, 5],
  ])('%s takes %j as %j', (type, value, expected) => {
    const read = readField(type, value);

    expect(read).toEqual(expected);
  });

  it.each([
    ['str', 5],
    ['str', true],
    ['str', null],
    ['str', ['a']],
    ['int', 1.5],
    ['int', '1.5'],
    ['int', 'twelve'],
    ['int', ''],
    ['int', '1e3'],
    ['int', '9007199254740993'],
    ['int', null],
    ['float', 'NaN'],
    ['float', 'inf'],
    ['float', '1e999'],
    ['float', '1__0'],
    ['float', '0x10'],
    ['float', {}],
    ['bool', 2],
    ['bool', 'maybe'],
    ['bool', null],
    ['list', 'a,b'],
    ['list', { a: 1 }],
    ['dict', [1]],
    ['dict', '{}'],
  ])('%s refuses %j', (type, value) => {
    const read = readField(type, value);

    expect(read).toEqual(wrongType);
  });

  it.each(['str?', 'int?', 'float?', 'bool?', 'list?', 'dict?', 'Any?'])('%s takes null', (type) => {
    const read = readField(type, null);

    expect(read).toBeNull();
  });

  it('with a question mark is null where the field is absent; without one the field must be there', () => {
    const reading = readValue(shortForm({ note: 'str?', kept: 'Any?' }), {});
    const refused = readValue(shortForm({ id: 'str', any: 'Any' }), {});

    expect(reading).toEqual({ kind: 'ok', value: { note: null, kept: null } });
    expect(refused).toMatchObject({
      kind: 'refused',
      problems: [
        { path: '$.id', code: 'required', message: 'is missing' },
        { path: '$.any', code: 'required', message: 'is missing' },
      ],
    });
  });

  it('that is no text takes any value', () => {
    const reading = readValue(shortForm({ x: { nested: 'int' } }), { x: 'anything' });

    expect(reading).toEqual({ kind: 'ok', value: { x: 'anything' } });
  });
});

describe('a number as text', () => {
  it.each(['int', 'float'])('of great length is refused as %s without delay', (type) => {
    const read = readField(type, `${'1'.repeat(200_000)}x`);

    expect(read).toEqual(wrongType);
  });
});

describe('a schema of the short form', () => {
  it('keeps fields that it does not name', () => {
    const reading = readValue(shortForm({ n: 'int' }), { other: { a: 1 }, n: '1' });

    expect(reading).toEqual({ kind: 'ok', value: { other: { a: 1 }, n: 1 } });
  });

  it.each([null, 'text', 1, [{ n: 1 }]])('refuses %j, which is no mapping', (value) => {
    const reading = readValue(shortForm({ n: 'int' }), value);

    expect(reading).toMatchObject({ kind: 'refused', problems: [{ path: '$', code: 'type' }] });
  });

  it('takes a member that every object inherits for absent', () => {
    const reading = readValue(shortForm({ constructor: 'str' }), {});

    expect(reading).toMatchObject({ kind: 'refused', problems: [{ path: '$.constructor', code: 'required' }] });
  });

  it('leaves the value it was given alone', () => {
    const value = Object.freeze({ n: '1' });

    readValue(shortForm({ n: 'int', note: 'str?' }), value);

    expect(value).toEqual({ n: '1' });
  });
});
