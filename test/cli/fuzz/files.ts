import fc from 'fast-check';
import { stringify } from 'yaml';
import type { JsonValue } from '../../../src/json.ts';
import { type Mutation, mutated } from './mutate.ts';
import { RUNNABLE_SAMPLES, SAMPLES } from './samples.ts';

const NAMES = [
  ...[
    'kind',
    'metadata',
    'name',
    'spec',
    'nodes',
    'dependencies',
    'wait_for',
    'when',
    'timeout',
    'timout',
    'on_error',
    'settings',
  ],
  ...['body', 'items', 'condition', 'mode', 'branches', 'action', 'expressions', 'fn', 'input_mapping', 'output', 'ports', 'ref'],
  ...[
    '!include',
    '<<',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    'a.b',
    'first',
    'ünïcode',
    'input',
    '$input',
  ],
];
const TEXTS = [
  ...[
    'first',
    'second',
    'first.v',
    'first.v >',
    '$input.x',
    '{{ first }}',
    '{{ spec.nodes }}',
    '{% for x in y %}',
    '{{',
    `\${A}`,
    `\${NOPE}`,
  ],
  ...[
    '(((((',
    '1/0',
    '2**10**9',
    "'a' + 1",
    'range(10**12)',
    'a.__class__',
    '__proto__',
    '[x for x in range(10)]',
    'x if',
    'lambda: 1',
  ],
  ...[
    '30s',
    '-5s',
    '9999d',
    '.inf',
    '1e400',
    'function_node',
    'composite_node',
    'wait_node',
    'macro_invocation',
    'for-each',
    'Pipeline',
  ],
  ...[
    '../../etc/passwd',
    'shared/steps.yaml',
    'shared/steps.yaml#nodes',
    'main.yaml',
    'self',
    'Order Processing!',
    'x\0y',
    '\x1b[2J',
    '🦆',
  ],
  ...['a'.repeat(300), '0 0 * * * *', 'http://169.254.169.254/', 'a\r\nb', `\${API_KEY}`, '\ud800'],
];

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  { arbitrary: fc.constantFrom<JsonValue>(...TEXTS), weight: 6 },
  fc.constantFrom<JsonValue>(null, true, false, 0, -1, 1.5, 1e21, 1e308, 2_001, '', [], {}, [[]], [null], [{}]),
  fc.constantFrom<JsonValue>({ a: 1 }, ['first'], { '!include': 'shared/steps.yaml' }, { name: 'x' }, { adapter: 'mock_llm' }),
  { arbitrary: fc.constantFrom(...SAMPLES.flat()), weight: 1 },
  fc.string({ unit: 'binary', maxLength: 12 }),
);

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  act: fc.constantFrom('drop', 'rename', 'replace', 'replace', 'repeat', 'wrap'),
  name: fc.constantFrom(...NAMES),
  value,
});

/** Valid documents with a few things changed, written as YAML or as JSON. */
function documentsOf(samples: readonly (readonly JsonValue[])[]): fc.Arbitrary<string> {
  return fc
    .record({ sample: fc.constantFrom(...samples), mutations: fc.array(mutation, { maxLength: 4 }), asJson: fc.boolean() })
    .map(({ sample, mutations, asJson }) => {
      const changed = sample.map((document, index) => (index === 0 ? mutated(document, mutations) : document));
      return changed.map((document) => (asJson ? JSON.stringify(document) : written(document))).join('\n---\n');
    });
}

const documents = documentsOf(SAMPLES);

/** Pipelines that neither call anyone nor wait for another attempt, with a few things changed. */
export const runnable = documentsOf(RUNNABLE_SAMPLES);

/** Not every text can be written as YAML. */
function written(document: JsonValue): string {
  try {
    return stringify(document);
  } catch {
    return JSON.stringify(document);
  }
}

const PIECES = [
  ...[
    '\t',
    '\r\n',
    '\0',
    '\u2028',
    '\ufeff',
    ': ',
    '- ',
    '[',
    '{',
    '"',
    "'",
    '#',
    '&a ',
    '*a',
    '!!js/function ',
    '!include ',
    '---\n',
    '<<: *a',
  ],
  ...['|\n', '>-\n', '? ', '%YAML 1.1\n', '...\n', '\x1b[2J', '!!binary ', '\u{1F986}', '\ud800', '}}', '{{', '${'],
];

interface Cut {
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

const cut: fc.Arbitrary<Cut> = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.constantFrom(0, 0, 1, 1, 5, 80),
  piece: fc.constantFrom('', ...PIECES),
});

function cutUp(text: string, cuts: readonly Cut[]): string {
  return cuts.reduce((rest, { at, length, piece }) => {
    const from = Math.floor(at * rest.length);
    return rest.slice(0, from) + piece + rest.slice(from + length);
  }, text);
}

const damaged = fc.tuple(documents, fc.array(cut, { minLength: 1, maxLength: 4 })).map(([text, cuts]) => cutUp(text, cuts));

const bytes = fc
  .tuple(documents, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }))
  .map(([text, flips]) => {
    const buffer = Buffer.from(text);
    for (const [at, byte] of flips) if (buffer.length > 0) buffer[at % buffer.length] = byte;
    return buffer;
  });

const NEWLINES: readonly ((text: string) => string | Uint8Array)[] = [
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => text.replaceAll('\n', '\r'),
  (text) => `\ufeff${text}`,
  (text) => Buffer.from(text, 'utf16le'),
  (text) => `${text}\n${text}`,
  (text) => `${text}\n---\n${text}`,
  (text) => text.slice(0, text.length / 2),
];

const odd = fc.tuple(documents, fc.constantFrom(...NEWLINES)).map(([text, change]) => change(text));

const HUGE: readonly string[] = [
  '['.repeat(20_000),
  '{a: '.repeat(5_000),
  `${'- '.repeat(3_000)}a`,
  `a: &a [x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i]}: &${'bcdefghij'[i]} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}`,
  'a: &a [*a]',
  Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n'),
  Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join('\n'),
  `kind: Pipeline\nmetadata: {name: x}\nspec: {nodes: [${'{kind: data_node, metadata: {name: a}, spec: {output: {}}}, '.repeat(600)}]}`,
  `kind: Pipeline\nmetadata: {name: x}\nspec:\n  nodes:\n  - kind: expression_node\n    metadata: {name: a}\n    spec: {expressions: {x: "${'('.repeat(5_000)}"}}`,
  `kind: Pipeline\nmetadata: {name: x}\nspec:\n  nodes:\n  - kind: expression_node\n    metadata: {name: a}\n    spec: {expressions: {x: "${'1+'.repeat(4_000)}1"}}`,
  `kind: Pipeline\nmetadata: {name: x}\nspec: {description: "${'{{ spec.'.repeat(300)}"}`,
  'x'.repeat(260 * 1024),
  '#'.repeat(200_000),
  '\n'.repeat(40_000),
  `"${'\\u0041'.repeat(20_000)}"`,
];

const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.uint8Array({ maxLength: 80 }),
  fc.array(fc.constantFrom(...PIECES, ...TEXTS, ...NAMES), { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.array(fc.constantFrom(...PIECES, ...TEXTS, ...NAMES), { maxLength: 30 }).map((pieces) => pieces.join('\n')),
);

/** What may be in a file: mostly nearly valid, sometimes damaged, now and then anything. */
export const contents: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { arbitrary: documents, weight: 60 },
  { arbitrary: damaged, weight: 16 },
  { arbitrary: bytes, weight: 8 },
  { arbitrary: odd, weight: 6 },
  { arbitrary: garbage, weight: 9 },
  { arbitrary: fc.constantFrom(...HUGE), weight: 1 },
);
