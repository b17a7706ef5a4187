import fc from 'fast-check';
import type { JsonValue } from '../../src/json.ts';

/** What the generated expressions and templates are evaluated with. */
export const DATA: Readonly<Record<string, JsonValue>> = {
  a: { b: [1, 2.5, 'x', null], c: { d: { e: 'f' } } },
  n: 7,
  s: 'some text é😀',
  l: [3, 1, 2],
  t: true,
  o: null,
  rows: [
    { sku: 'S1', qty: 2 },
    { sku: 'S2', qty: 0.5 },
  ],
};

const NAMES = ['a', 'n', 's', 'l', 't', 'o', 'rows', 'x', 'zz', '$input', 'canary', 'constructor', '__proto__', 'toString'];
const KEYS = ['b', 'c', 'sku', 'qty', 'canary', 'constructor', '__proto__', '__class__', 'hasOwnProperty', 'valueOf'];
const NUMBERS = ['0', '1', '-3', '2.5', '1e3', '0x1f', '100000', '10**12', '9007199254740991', '1e308', '.5'];
const STRINGS = [
  "'x'",
  '"é😀"',
  "'%s and %d'",
  "'{} {x:>5}'",
  "''",
  "'12.50'",
  "'constructor'",
  "'__proto__'",
  "r'\\d'",
  "'''a\nb'''",
];
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '//',
  '%',
  '**',
  '<',
  '<=',
  '==',
  '!=',
  ' in ',
  ' not in ',
  ' is ',
  ' is not ',
  ' and ',
  ' or ',
];
const FUNCTIONS =
  'now timestamp str int float bool abs round min max sum len all any sorted reversed list set dict tuple lower upper strip split join replace startswith contains default coalesce isnone isempty Decimal pow format range zip constructor'.split(
    ' ',
  );
const METHODS =
  'get keys values items upper lower strip split replace startswith join format count find index copy constructor __init__'.split(
    ' ',
  );

/** Expressions that are well formed, though seldom sensible. */
const wellFormed = fc.letrec<{ expression: string }>((tie) => {
  const part = tie('expression');
  const joined = (...parts: (string | fc.Arbitrary<string>)[]) =>
    fc.tuple(...parts.map((text) => (typeof text === 'string' ? fc.constant(text) : text))).map((texts) => texts.join(''));
  const list = fc.array(part, { maxLength: 3 }).map((items) => items.join(', '));
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(...NAMES, ...NUMBERS, ...STRINGS, 'None', 'True', 'false'),
      joined('(', part, fc.constantFrom(...OPERATORS), part, ')'),
      joined(part, fc.constantFrom(...OPERATORS), part),
      joined(part, '.', fc.constantFrom(...KEYS)),
      joined(part, '[', part, ']'),
      joined(part, '[', part, ':', part, ']'),
      joined(fc.constantFrom(...FUNCTIONS), '(', list, ')'),
      joined(part, '.', fc.constantFrom(...METHODS), '(', list, ')'),
      joined('[', list, ']'),
      joined('{', part, ': ', part, '}'),
      joined('[', part, ' for x in ', part, ' if ', part, ']'),
      joined('{', part, ': x for x, y in ', part, '}'),
      joined(part, ' if ', part, ' else ', part),
      joined(fc.constantFrom('not ', '-', '+'), part),
    ),
  };
}).expression;

/** The text with a few of its characters dropped, doubled or replaced. */
function mutated(texts: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(), drop: fc.nat({ max: 3 }), piece: fc.constantFrom('', ...pieces) });
  return fc.tuple(texts, fc.array(change, { minLength: 1, maxLength: 3 })).map(([text, changes]) =>
    changes.reduce((current, { at, drop, piece }) => {
      const place = at % (current.length + 1);
      return current.slice(0, place) + piece + current.slice(place + drop);
    }, text),
  );
}

const PIECES = [
  ...'()[]{}.,:=#\\\'"\n|&^~@$_',
  '**',
  '//',
  ':=',
  'lambda ',
  ' for ',
  ' if ',
  ' else ',
  'f"',
  '\u0000',
  '\ud800',
  '__',
];

/** Expressions: well formed, nearly so, and any characters. */
export const expressionTexts: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: wellFormed, weight: 5 },
  { arbitrary: mutated(wellFormed, PIECES), weight: 4 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 1 },
);

const FILTERS = ["default('?')", 'default(None)', 'upper', 'lower', 'trim', "join(', ')", 'join', 'json', 'length', 'canary'];
const insertions = fc
  .tuple(
    fc.constantFrom(...NAMES),
    fc.array(fc.constantFrom('.b', '.c', '[0]', '[-1]', '.1', "['d']", '.canary', '.constructor', '.__proto__'), {
      maxLength: 3,
    }),
    fc.array(fc.constantFrom(...FILTERS), { maxLength: 4 }),
  )
  .map(([root, segments, filters]) => `{{ ${[root + segments.join(''), ...filters].join(' | ')} }}`);
const templates = fc
  .array(fc.oneof(insertions, fc.constantFrom(' ', 'text', '{', '}', '{{', '}}', '{% x %}', '{# y #}')), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** Templates: well formed, nearly so, and any characters. */
export const templateTexts: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: templates, weight: 5 },
  { arbitrary: mutated(templates, [...PIECES, '{{', '}}', '|']), weight: 4 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 1 },
);

const SCALARS = [
  '1',
  '1.10',
  'yes',
  'null',
  '~',
  '"x\\n"',
  "'it''s'",
  '.inf',
  '0x1F',
  '12345678901234567890',
  '2026-11-21',
  '1_000',
  'a b',
  '[',
  '{',
];
const YAML_KEYS = ['a', 'kind', 'spec', '"!include"', '<<', '__proto__', 'constructor', 'canary', '? ', '1', '""', 'null'];
const MARKS = [
  '&x ',
  '*x',
  '!py ',
  '!include ',
  '!!js/function ',
  '!!binary ',
  '|\n',
  '>-\n',
  '# c\n',
  '\t',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '\r',
  ', ',
];

const yaml = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...SCALARS, '*x', '*y'),
    fc
      .tuple(fc.constantFrom('', '&x ', '&y ', '!py '), fc.array(tie('node'), { maxLength: 3 }))
      .map(([mark, items]) => `${mark}[${items.join(', ')}]`),
    fc
      .array(fc.tuple(fc.constantFrom(...YAML_KEYS), tie('node')), { maxLength: 3 })
      .map((entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`),
    fc.array(tie('node'), { maxLength: 3 }).map((items) => items.map((item) => `\n- ${indented(item)}`).join('')),
    fc
      .array(fc.tuple(fc.constantFrom(...YAML_KEYS), tie('node')), { maxLength: 3 })
      .map((entries) => entries.map(([key, value]) => `\n${key}: ${indented(value)}`).join('')),
  ),
})).node;

function indented(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** YAML files: well formed or nearly so, and any bytes. */
export const yamlTexts: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { arbitrary: yaml.map((text) => text.trimStart()), weight: 5 },
  { arbitrary: mutated(yaml, [...PIECES, ...MARKS, ...SCALARS]), weight: 4 },
  { arbitrary: fc.uint8Array({ maxLength: 80 }), weight: 1 },
);
