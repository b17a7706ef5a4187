import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import { compileTypes } from '../../src/pipeline/custom-types.ts';
import type { ReportProblem } from '../../src/pipeline/node-definition.ts';
import { toJsonSchema } from '../../src/pipeline/schema-form.ts';
import { BUILT_IN_TYPES } from '../../src/pipeline/type-catalog.ts';
import { compileFiles, pipeline } from './files.ts';

type Told = Parameters<ReportProblem>[0];

/** `place code` of each problem, warnings marked. */
function problemsOf(compile: (report: (problem: Told) => void) => unknown): readonly string[] {
  const told: string[] = [];
  compile(({ path, code, severity }) => told.push(`${path.join('.')} ${severity === 'warning' ? 'warning ' : ''}${code}`));
  return told;
}

function noProblem({ code }: Told): never {
  throw new Error(code);
}

describe('a definition of a type', () => {
  it.each<[string, JsonValue, readonly string[]]>([
    ['of another base', { base: 'date' }, ['t.base value_invalid']],
    ['that is no mapping', 'str', ['t type_mapping']],
    ['with a pattern that is none', { pattern: '(' }, ['t.pattern pattern_invalid']],
    [
      'with such a pattern in a list',
      { pattern: ['a', '(?=b)', '['] },
      ['t.pattern.1 pattern_invalid', 't.pattern.2 pattern_invalid'],
    ],
    ['with a pattern that is too large', { pattern: 'a{1000}{2}' }, ['t.pattern pattern_limit']],
    ['that clamps to nothing', { base: 'int', clamp: [2, 1] }, ['t.clamp custom_type_clamp']],
    ['that clamps to one end', { base: 'int', clamp: [2] }, ['t.clamp integer_range']],
    ['whose default is of another type', { base: 'int', default: 'none' }, ['t.default custom_type_default']],
    ['with a negative length', { max_length: -1 }, ['t.max_length integer_range']],
    ['with a key nobody reads', { base: 'str', patern: 'a' }, ['t.patern warning field_unknown']],
    [
      'with several faults',
      { base: 'int', pattern: ')', default: 'x' },
      ['t.pattern pattern_invalid', 't.default custom_type_default'],
    ],
    ['of another word for nulls', { nulls: 'usual' }, ['t.nulls type_invalid']],
  ])('%s is reported', (_, definition, expected) => {
    const problems = problemsOf((report) => compileTypes({ t: definition }, report));

    expect(problems).toEqual(expected);
  });

  it.each(['str', 'Any', 'money?'])('cannot be called %s', (name) => {
    const problems = problemsOf((report) => compileTypes({ [name]: { base: 'str' } }, report));

    expect(problems).toEqual([`${name} custom_type_name`]);
  });

  it('belongs to one compilation', () => {
    const types = compileTypes({ mc_number: { base: 'str' } }, noProblem);

    expect(types.has('mc_number')).toBe(true);
    expect(BUILT_IN_TYPES.has('mc_number')).toBe(false);
  });

  it('that is at fault is known all the same', () => {
    const types = compileTypes({ mc_number: { base: 'date' } }, () => undefined);

    const problems = problemsOf((report) => toJsonSchema({ x: 'mc_number' }, ['input_schema'], report, types));

    expect(problems).toEqual([]);
  });
});

describe('the short form of a schema', () => {
  it('is JSON Schema with everything that reading by it needs', () => {
    const types = compileTypes(
      { mc: { base: 'str', description: 'A number.', pattern: 'MC-?(\\d+)', strip: '-', default: 'x' } },
      noProblem,
    );

    const schema = toJsonSchema({ id: 'str', count: 'int?', any: 'Any', mc: 'mc' }, [], noProblem, types);

    expect(JSON.parse(JSON.stringify(schema))).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      'x-hexdag-coerce': true,
      type: 'object',
      properties: {
        id: { type: 'string' },
        count: { type: ['integer', 'null'], default: null },
        any: {},
        mc: {
          description: 'A number.',
          type: ['string', 'null'],
          default: 'x',
          'x-hexdag-sanitize': { base: 'str', pattern: ['MC-?(\\d+)'], strip: ['-'], default: 'x' },
        },
      },
      required: ['id', 'any'],
    });
  });

  it('proposes a type for one that there is not, custom ones included', () => {
    const types = compileTypes({ mc_number: {} }, noProblem);
    const told: unknown[] = [];
    const report = ({ path, code, remedy }: Told) =>
      told.push({ path, code, remedy: typeof remedy === 'function' ? remedy() : remedy });

    toJsonSchema({ a: 'mc_numbr', b: 'srt?' }, ['spec', 'input_schema'], report, types);

    expect(told).toEqual([
      { path: ['spec', 'input_schema', 'a'], code: 'schema_type_unknown', remedy: "Did you mean 'mc_number'?" },
      { path: ['spec', 'input_schema', 'b'], code: 'schema_type_unknown', remedy: "Did you mean 'str'?" },
    ]);
  });
});

describe('JSON Schema', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['a type there is not', { type: 'object', properties: { a: { type: 'text' } } }, ['properties.a.type schema_invalid']],
    ['a keyword of the wrong type', { type: 'object', required: 'a' }, ['required schema_invalid']],
    ['a reference to nothing', { $ref: '#/$defs/none' }, [' schema_invalid']],
    ['a pattern that is none', { type: 'string', pattern: '[' }, ['pattern pattern_invalid']],
    ['patterns deep inside', { anyOf: [{ items: { pattern: '(a)\\1' } }] }, ['anyOf.0.items.pattern pattern_invalid']],
    ['a pattern for names', { type: 'object', patternProperties: { '(': {} } }, ['patternProperties.( pattern_invalid']],
    ['a field called pattern', { properties: { pattern: { type: 'string' } } }, []],
    ['data that looks like a pattern', { type: 'object', enum: [{ pattern: '(' }], default: { pattern: '(' } }, []],
  ])('with %s is told at its place', (_, schema, expected) => {
    const problems = problemsOf((report) => toJsonSchema(schema, [], report));

    expect(problems).toEqual(expected);
  });
});

describe('a field of the run’s input that is read', () => {
  const read = 'nodes: [{kind: data_node, metadata: {name: a}, spec: {output: {x: "{{ $input.x_1 }}"}}}]';

  it.each([
    ['patternProperties: {"^x_": {}}'],
    ['allOf: [{properties: {x_1: {}}}]'],
    ['anyOf: [{properties: {x_1: {}}}]'],
    ['if: {required: [b]}, then: {properties: {x_1: {}}}'],
    ['$defs: {more: {properties: {x_1: {}}}}, $ref: "#/$defs/more"'],
    ['additionalProperties: {type: string}'],
  ])('may be one that the schema allows elsewhere: %s', (more) => {
    const { diagnostics } = compileFiles({
      'main.yaml': pipeline(`input_schema: {type: object, properties: {b: {}}, ${more}}`, read),
    });

    expect(diagnostics).toEqual([]);
  });

  it('must be declared if the schema declares all there are', () => {
    const { diagnostics } = compileFiles({ 'main.yaml': pipeline('input_schema: {type: object, properties: {b: {}}}', read) });

    expect(diagnostics.map(({ code }) => code)).toEqual(['reference_unknown']);
  });
});
