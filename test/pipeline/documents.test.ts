import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../src/pipeline/documents.ts';
import { summary } from './catalog.ts';

const BOMB = [
  'a: &a [1,1,1,1,1,1,1,1,1,1]',
  ...['ab', 'bc', 'cd', 'de'].map(([from, to]) => `${to}: &${to} [${Array(10).fill(`*${from}`)}]`),
];

describe('a file of documents', () => {
  it.each([
    ['PY1 an empty file', '', ['1:1 empty_document']],
    ['comments only', '# nothing\n---\n', ['1:1 empty_document']],
    ['PY2 a list', '- a', ['1:1 not_a_mapping']],
    ['a text', 'just text', ['1:1 not_a_mapping']],
    ['PY3 a key twice', 'kind: Pipeline\nkind: Pipeline', ['2:1 duplicate_key']],
    ['PY4 a tab', 'spec:\n\tnodes: []', ['2:1 tab_indent']],
    ['PY5 an open bracket', 'nodes: [1, 2', ['1:13 unclosed_flow']],
    ['an open quote', 'a: "b', ['1:6 yaml_syntax']],
    ['two colons', 'a: b: c', ['1:4 yaml_syntax']],
    ['PY7 a tag of code', 'fn: !!js/function "function(){}"', ['1:5 tag_not_allowed']],
    ['!!binary', 'x: !!binary aGk=', ['1:4 tag_not_allowed']],
    ['!py', 'body: !py |\n  def f(): pass', ['1:7 tag_not_allowed']],
    ['PY8 an alias bomb', BOMB.join('\n'), ['4:29 alias_bomb']],
    ['PY9 an alias within itself', 'a: &a [*a]', ['1:8 alias_cycle']],
    ['an alias without an anchor', 'a: *b', ['1:4 alias_unknown']],
    ['PY10 40 KB of brackets', '['.repeat(20_000), ['1:65 depth_exceeded']],
    ['dashes within dashes', `${'- '.repeat(100)}a`, ['1:129 depth_exceeded']],
    ['keys within keys', Array.from({ length: 70 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), ['65:66 depth_exceeded']],
    ['PY11 50,000 keys', Array.from({ length: 50_000 }, (_, index) => `key${index}: 1`).join('\n'), ['1:1 file_too_large']],
    ['PY27 a long number', 'id: 12345678901234567890', ['1:5 number_precision']],
    ['numbers without end', 'x: .inf\ny: .nan', ['1:4 number_not_finite', '2:4 number_not_finite']],
    ['PY28 a control character', 'name: "x\\0y"', ['1:7 control_character']],
    ['a list as key', '? [a]\n: 1', ['1:3 key_not_text']],
    ['__proto__ as key', '__proto__: {x: 1}', ['1:1 key_forbidden']],
    ['PY26 a version', 'version: 1.10', ['1:10 warning number_trailing_zero']],
    [
      'PY25 what YAML 1.1 reads otherwise',
      'a: yes\nb: 017\nc: 1e3\nd: 2024-01-01',
      [1, 2, 3, 4].map((line) => `${line}:4 warning yaml_dialect`),
    ],
    ['PY6 several documents', 'kind: Pipeline\n---\nkind: Trigger', []],
    ['values that both versions of YAML read alike', 'a: "yes"\nb: 17\nc: 1.5\nd: 1.0\n', []],
    ['long lines of mistakes', ']'.repeat(200_000), ['1:100001 token_limit']],
    ['many values', `[${'a,'.repeat(120_000)}]`, ['1:100001 token_limit']],
    ['a long number that is none', `a: 1${'_'.repeat(250_000)}x`, []],
  ])('%s', (_row, text, expected) => {
    const { diagnostics } = parseDocuments(text, 'f.yaml');

    expect(summary(diagnostics)).toEqual(expected);
  });

  it('PY38 that is not UTF-8 is refused with the byte', () => {
    const bytes = Buffer.concat([Buffer.from('a: 1\nb: '), Buffer.from([0xe9]), Buffer.from('x\n')]);

    const { diagnostics } = parseDocuments(bytes, 'f.yaml');

    expect(diagnostics).toMatchObject([{ code: 'encoding', position: { line: 2, column: 4 }, message: 'Byte 8 is not UTF-8.' }]);
  });

  it('refuses the control characters of ASCII in a text, but for tabs and ends of lines, and no others', () => {
    const codes = [...Array(256).keys(), 0x2028, 0xfeff, 0xffff, 0x10ffff];

    const refused = codes.filter((code) => {
      const { diagnostics } = parseDocuments(`x: "\\U${code.toString(16).padStart(8, '0')}"`, 'f.yaml');
      return diagnostics.length > 0;
    });

    expect(refused).toEqual([...Array(9).keys(), 11, 12, ...Array.from({ length: 18 }, (_, index) => 14 + index), 127]);
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
