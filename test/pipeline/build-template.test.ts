import { describe, expect, it } from 'vitest';
import { BuildTemplateError, renderBuildTemplate } from '../../src/pipeline/build-template.ts';

const scope = {
  name: 'orders',
  count: 3,
  on: true,
  none: null,
  xs: ['b', 'a'],
  pairs: { k: 1, l: 2 },
  spec: { variables: { region: 'eu' } },
};

function render(text: string): string {
  return renderBuildTemplate(text, scope, { undefined: 'empty' });
}

describe('a build-time template', () => {
  it.each([
    ['plain text', 'plain text'],
    ['{{ name }}_one', 'orders_one'],
    ['{{ spec.variables.region }}', 'eu'],
    ['{{count}}', '3'],
    ['{{ on }}', 'true'],
    ['{{ None }}', ''],
    ['{{ count + 1 }}', '4'],
    ['{{ xs }}', '["b","a"]'],
    ['{{ name | upper }}', 'ORDERS'],
    ['{{ name | upper | replace("O", "0") }}', '0RDERS'],
    ['{{ xs | length + 1 }}', '3'],
    ['{{ 1 + xs|length }}', '3'],
    ['{{ xs | sort | join(", ") }}', 'a, b'],
    ['{{ xs | first }}{{ xs | last }}', 'ba'],
    ['{{ name | capitalize }}', 'Orders'],
    ['{{ missing | default("x") }}', 'x'],
    ['{{ "" | default("x", true) }}', 'x'],
    ['{{ name | tojson }}', '"orders"'],
    ['{{ {"a": {"b": 1}} | tojson }}', '{"a":{"b":1}}'],
    ['{{ "}}" }}', '}}'],
    ['[{{ missing }}]', '[]'],
    ['{{ (xs | length) * 2 }}', '4'],
    ['a{# gone #}b', 'ab'],
    ['{% if count > 2 and on %}yes{% else %}no{% endif %}', 'yes'],
    ['{% if missing %}a{% elif xs %}b{% else %}c{% endif %}', 'b'],
    ['{% if missing is defined %}a{% elif name is not none %}b{% endif %}', 'b'],
    ['{% if xs | length == 2 %}two{% endif %}', 'two'],
    ['{% for x in xs %}{{ loop.index }}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}', '1b,2a'],
    ['{% for k, v in pairs.items() %}{{ k }}={{ v }};{% endfor %}', 'k=1;l=2;'],
    ['{% for i in range(4) if i % 2 %}{{ i }}{% endfor %}', '13'],
    ['{% for x in missing %}x{% else %}none{% endfor %}', 'none'],
    ['{% for x in [] %}x{% else %}none{% endfor %}', 'none'],
    ['{% for name in [None] %}[{{ name }}]{% endfor %}', '[]'],
    ['{% set n = count * 2 %}{{ n }}', '6'],
    ['{% raw %}{{ name }}{% endraw %}', '{{ name }}'],
    ['a  {%- if on -%}  b  {%- endif %} c', 'ab c'],
    ['{% for x in xs %}{% set y = x %}{% endfor %}[{{ y }}]', '[]'],
  ])('%j becomes %j', (text, expected) => {
    const rendered = render(text);

    expect(rendered).toBe(expected);
  });

  it.each([
    ['{{ missing.member }}', 'variable_undefined', 3],
    ['ab {{ name + 1 }}', 'type_error', 6],
    ['ab {{ name + }}', 'expression_parse', 12],
    ['{{ name | nope }}', 'filter_unknown', 3],
    ['{{ name', 'template_syntax', 0],
    ['{% if on %}', 'template_syntax', 0],
    ['{% endif %}', 'template_syntax', 0],
    ['a{% include "x" %}', 'template_syntax', 1],
    ['{% for in xs %}{% endfor %}', 'template_syntax', 0],
    ['{{ now() }}', 'syntax_not_supported', 3],
    ['{{ name.__class__.constructor }}', 'no_such_key', 8],
    ['{{ 2 ** 10 ** 9 }}', 'number_precision', 3],
  ])('%j is refused as %s at %i', (text, code, offset) => {
    const error = errorOf(() => render(text));

    expect([error.code, error.offset]).toEqual([code, offset]);
  });

  it('keeps, if asked to, what the run is to fill in', () => {
    const text = '{{ name }} {{ runtime.x | upper }} {{ $input.topic }} {{ weird ~ }} {% if runtime %}a{% endif %}{{';

    const rendered = renderBuildTemplate(text, scope, { undefined: 'keep' });

    expect(rendered).toBe('orders {{ runtime.x | upper }} {{ $input.topic }} {{ weird ~ }} {{');
  });

  it.each([
    ['{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}', 'cost_limit'],
    ['{% for a in range(2000) %}{{ name * 100 }}{% endfor %}', 'template_limit'],
    [`{% if on %}`.repeat(100), 'template_syntax'],
    ['{{ '.concat('('.repeat(5000), ' | upper }}'), 'depth_exceeded'],
    [`{{ name${' | capitalize'.repeat(40)} }}`, 'expression_too_long'],
  ])('that would cost too much is refused (%#)', (text, code) => {
    const error = errorOf(() => render(text));

    expect(error.code).toBe(code);
  });

  it('with many braces that are never closed is read in one go', () => {
    const text = '{{ '.repeat(80_000);

    const rendered = renderBuildTemplate(text, scope, { undefined: 'keep' });

    expect(rendered).toBe(text);
  });
});

function errorOf(work: () => unknown): BuildTemplateError {
  try {
    work();
  } catch (error) {
    if (error instanceof BuildTemplateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
