import { describe, expect, it } from 'vitest';
import { isTemplate, namesInTemplate, parseTemplate, renderTemplate } from '../../src/expression/template.ts';
import type { JsonValue } from '../../src/json.ts';
import { codeOf } from './code-of.ts';

const DATA: Readonly<Record<string, JsonValue>> = {
  $input: { x: 1 },
  x: 1,
  name: 'Ann',
  none: null,
  ok: true,
  map: { k: [1, 'a'] },
  list: ['a', 2, null],
};

describe('a template', () => {
  it.each([
    ['hi {{x}} {{ x }}', 'hi 1 1'],
    ['hi {{ $input.x }}', 'hi 1'],
    ['[{{none}}]', '[]'],
    ['{{ok}}', 'true'],
    ['{{map}}', '{"k":[1,"a"]}'],
    ['{{map.k[1]}} {{map.k.0}} {{map["k"][-1]}}', 'a 1 a'],
    ["{{ nope | default('?') }}", '?'],
    ['{{ none | default(5) }}', '5'],
    ['{{ name | upper }}', 'ANN'],
    ["{{ list | join(', ') }}", 'a, 2, '],
    ['{{ list | length }} {{ name | length }}', '3 3'],
    ['{{ name | json }}', '"Ann"'],
    ["{{ nope | default('a|b') | upper }}", 'A|B'],
  ])('%s renders as %s', (source, expected) => {
    const text = renderTemplate(parseTemplate(source), DATA);

    expect(text).toBe(expected);
  });

  it.each(['{{ x + 1 }}', '{{ x | nofilter }}', '{{}}', '{{ x.__class__ }}', '{ {x} }', '{% if x %}'])(
    '%s stays as it is',
    (source) => {
      const text = renderTemplate(parseTemplate(source), DATA);

      expect(text).toBe(source);
    },
  );

  it.each(['{{ nope }}', '{{ map.nope }}', '{{ list.9 }}', '{{ name.length }}', '{{ map.constructor }}'])(
    '%s leads to nothing',
    (source) => {
      const code = codeOf(() => renderTemplate(parseTemplate(source), DATA));

      expect(code).toBe('variable_undefined');
    },
  );

  it('does not render what it inserts', () => {
    const text = renderTemplate(parseTemplate('{{ name }}'), { name: '{{ secret }}', secret: 's' });

    expect(text).toBe('{{ secret }}');
  });

  it('tells the names it reads and where', () => {
    const names = namesInTemplate(parseTemplate('a {{ x.y }} {{z}}'));

    expect(names).toEqual([
      { name: 'x', offset: 5, member: 'y' },
      { name: 'z', offset: 14 },
    ]);
  });

  it('is a text with both braces', () => {
    const answers = ['{{a}}', '{{a', 'a}}', 'a'].map(isTemplate);

    expect(answers).toEqual([true, false, false, false]);
  });
});
