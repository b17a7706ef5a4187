import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../src/pipeline/documents.ts';
import { summary } from './catalog.ts';

const BOMB = [
  'a: &a [1,1,1,1,1,1,1,1,1,1]',
  ...['ab', 'bc', 'cd', 'de'].map(([from, to]) => `${to}: &${to} [${Array(10).fill(`*${from}`)}]`),
];

describe('a file of documents', () => {
  it.each([
    ['', ['1:1 empty_document']],
    ['# nothing\n---\n', ['1:1 empty_document']],
    ['- a', ['1:1 not_a_mapping']],
    ['just text', ['1:1 not_a_mapping']],
    ['kind: Pipeline\nkind: Pipeline', ['2:1 duplicate_key']],
    ['spec:\n\tnodes: []', ['2:1 tab_indent']],
    ['nodes: [1, 2', ['1:13 unclosed_flow']],
    ['a: "b', ['1:6 yaml_syntax']],
    ['a: b: c', ['1:4 yaml_syntax']],
    ['fn: !!js/function "function(){}"', ['1:5 tag_not_allowed']],
    ['x: !!binary aGk=', ['1:4 tag_not_allowed']],
    ['body: !py |\n  def f(): pass', ['1:7 tag_not_allowed']],
    ['- !include x.yaml', ['1:3 tag_not_allowed']],
    [BOMB.join('\n'), ['4:29 alias_bomb']],
    ['a: &a [*a]', ['1:8 alias_cycle']],
    ['a: *b', ['1:4 alias_unknown']],
    ['['.repeat(20_000), ['1:65 depth_exceeded']],
    [`${'- '.repeat(100)}a`, ['1:129 depth_exceeded']],
    [Array.from({ length: 70 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), ['65:66 depth_exceeded']],
    [Array.from({ length: 50_000 }, (_, index) => `key${index}: 1`).join('\n'), ['1:1 file_too_large']],
    ['id: 12345678901234567890', ['1:5 number_precision']],
    ['x: .inf\ny: .nan', ['1:4 number_not_finite', '2:4 number_not_finite']],
    ['name: "x\\0y"', ['1:7 control_character']],
    ['? [a]\n: 1', ['1:3 key_not_text']],
    ['__proto__: {x: 1}', ['1:1 key_forbidden']],
    ['version: 1.10', ['1:10 warning number_trailing_zero']],
    ['a: yes\nb: 017\nc: 1e3\nd: 2024-01-01', [1, 2, 3, 4].map((line) => `${line}:4 warning yaml_dialect`)],
    ['a: "yes"\nb: 17\nc: 1.5\nd: 1.0\n', []],
  ])('%.40j is told as %j', (text, expected) => {
    const { diagnostics } = parseDocuments(text, 'f.yaml');

    expect(summary(diagnostics)).toEqual(expected);
  });

  it('that is not UTF-8 is refused with the byte', () => {
    const bytes = Buffer.concat([Buffer.from('a: 1\nb: '), Buffer.from([0xe9]), Buffer.from('x\n')]);

    const { diagnostics } = parseDocuments(bytes, 'f.yaml');

    expect(diagnostics).toMatchObject([{ code: 'encoding', position: { line: 2, column: 4 }, message: 'Byte 8 is not UTF-8.' }]);
  });

  it('names the first place of a key that occurs twice', () => {
    const { diagnostics } = parseDocuments('a: 1\nb: 2\na: 3', 'f.yaml');

    expect(diagnostics[0]?.message).toBe("Key 'a' occurs twice in this mapping. The first is at 1:1.");
  });

  it('gives each document with its kind and value', () => {
    const { documents } = parseDocuments('kind: Pipeline\nx: [1, null, true]\n---\nkind: Trigger\n', 'f.yaml');

    expect(documents.map(({ kind, value }) => ({ kind, value }))).toEqual([
      { kind: 'Pipeline', value: { kind: 'Pipeline', x: [1, null, true] } },
      { kind: 'Trigger', value: { kind: 'Trigger' } },
    ]);
  });

  it('expands aliases and merge keys', () => {
    const { documents } = parseDocuments('base: &b {x: 1, y: 2}\nown:\n  <<: *b\n  y: 3\nsame: *b\n', 'f.yaml');

    expect(documents[0]?.value).toEqual({ base: { x: 1, y: 2 }, own: { x: 1, y: 3 }, same: { x: 1, y: 2 } });
  });

  it('follows YAML 1.2 for scalars', () => {
    const { documents } = parseDocuments('a: yes\nb: 017\nc: 0o17\nd: 1e3\ne: ~\nf: 1:30\n200: x\n', 'f.yaml');

    expect(documents[0]?.value).toEqual({ a: 'yes', b: 17, c: 15, d: 1000, e: null, f: '1:30', '200': 'x' });
  });
});

describe('positions in a document', () => {
  const text = [
    'kind: Pipeline',
    'spec:',
    '  nodes:',
    '    - name: a',
    '      when: "x > 1"',
    '      text: |',
    '        one',
    '        two',
    '',
  ];
  const document = parseDocuments(text.join('\n'), 'f.yaml').documents[0];

  it.each([
    [['spec', 'nodes', 0, 'when'], { line: 5, column: 13 }],
    [['spec', 'nodes', 0, 'missing'], { line: 4, column: 7 }],
    [['spec', 'nodes', 9], { line: 4, column: 5 }],
    [[], { line: 1, column: 1 }],
  ])('the value at %j is at %j', (path, expected) => {
    const position = document?.positionOf(path);

    expect(position).toEqual(expected);
  });

  it('a key has its own', () => {
    const position = document?.keyPositionOf(['spec', 'nodes', 0, 'when']);

    expect(position).toEqual({ line: 5, column: 7 });
  });

  it.each([
    [['spec', 'nodes', 0, 'when'], 4, { line: 5, column: 18 }],
    [['spec', 'nodes', 0, 'name'], 0, { line: 4, column: 13 }],
    [['spec', 'nodes', 0, 'text'], 5, { line: 8, column: 10 }],
  ])('within the text at %j, offset %i is at %j', (path, offset, expected) => {
    const position = document?.positionWithin(path, offset);

    expect(position).toEqual(expected);
  });
});
