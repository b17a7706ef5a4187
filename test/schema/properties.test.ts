import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import { readValue } from '../../src/schema/read-value.ts';
import { shortForm } from './read.ts';

const words = fc.constantFrom(' n/a ', '-', '', '  ', '$1,200.50', 'YES', 'off', '0.5', '1e3', '-0', 'İ', 'ß', 'ŉ', '٣', '1_0');
const value = fc
  .oneof(words, fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null))
  .map(toJson);

/** `-0` is `0` in JSON, and what is not finite cannot be. */
function toJson(one: string | number | boolean | null) {
  return typeof one === 'number' ? (Number.isFinite(one) ? one + 0 : null) : one;
}

const types = [
  ...['str', 'int', 'float', 'bool', 'Any', 'str?', 'int?', 'float?', 'bool?'],
  ...['currency', 'flexible_bool', 'score', 'upper_str', 'lower_str', 'trimmed_str', 'nullable_str'],
];
const schemas = types.map((type) => shortForm({ x: type }));

const rules = fc.record(
  {
    base: fc.constantFrom('str', 'int', 'float', 'bool'),
    nulls: fc.oneof(fc.constant('common'), fc.array(fc.string())),
    trim: fc.boolean(),
    pattern: fc.oneof(fc.constantFrom('\\d+', '(a)|b', '^(.*)$'), fc.constant(['x', '(\\w)'])),
    strip: fc.oneof(fc.string(), fc.array(fc.string())),
    clamp: fc.constantFrom([0, 1], [-5.5, 5.5]),
    upper: fc.boolean(),
    lower: fc.boolean(),
    max_length: fc.nat(5),
    true_values: fc.array(fc.string()),
    false_values: fc.array(fc.string()),
  },
  { requiredKeys: ['base'] },
);

describe('reading a value', () => {
  it('changes nothing more when it is done again', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemas), value, (schema, x) => {
        const once = readValue(schema, { x });
        fc.pre(once.kind === 'ok');
        const twice = readValue(schema, once.value);

        expect(twice).toEqual(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('by any rules gives a value of their type, or null', () => {
    const typeOf = { str: 'string', int: 'number', float: 'number', bool: 'boolean' };
    fc.assert(
      fc.property(rules, value, (written, x) => {
        const reading = readValue(shortForm({ x: 'custom' }, { custom: JSON.parse(JSON.stringify(written)) }), { x });

        const read = reading.kind === 'ok' ? (reading.value as JsonObject)['x'] : undefined;
        expect(['object', typeOf[written.base]]).toContain(read === null ? 'object' : typeof read);
      }),
      { numRuns: 500 },
    );
  });

  it('of any shape is answered', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.jsonValue(), (schema, any) => {
        const reading = readValue(schema, JSON.parse(JSON.stringify(any)));

        expect(['ok', 'refused']).toContain(reading.kind);
      }),
      { numRuns: 1000 },
    );
  });
});
