import { describe, expect, it } from 'vitest';
import { compileNodes } from './catalog.ts';

/** The remedies that are told for a node. */
function remedies(...nodes: readonly string[]): readonly (string | undefined)[] {
  return compileNodes(nodes).diagnostics.map(({ remedy }) => remedy);
}

describe('a common mistake is told with what to write', () => {
  it.each([
    ['a text that begins with a quote', `'big' if n > 5 else 'small'`, /^A value that begins with a quote ends with it/],
    ['a template without quotes', '{{ name }} asks', /^Put a text that begins with \{\{ … \}\} in quotes/],
    ['a template alone without quotes', '{{ name }}', /^Put a text that begins with \{\{ … \}\} in quotes/],
    ['an expression with an index in braces', '{ y: items[0].n }', /a text with brackets needs quotes/],
    ['an expression with a comma in braces', '{ y: default(n, 3) }', /a comma ends a text: put the expression in quotes/],
  ])('%s', (_, text, remedy) => {
    const expressions = text.startsWith('{ ') ? text : `\n        y: ${text}`;

    const told = remedies(`kind: expression_node\n    metadata: {name: a}\n    spec:\n      expressions: ${expressions}`);

    expect(told).toEqual([expect.stringMatching(remedy)]);
  });

  it.each([
    ['{{ n }} > 1', /^An expression names things without braces/],
    ['$' + '{input.n} > 1', /^Write \$input\.field, without braces/],
    ['a && b', /^Write 'and'\.$/],
    ['a || b', /^Write 'or'\.$/],
    ['a | default(1)', /^Write default\(value, other\)/],
    ["'why?' + (a", /^Close the bracket/],
    ['!a', /^Write 'not'\.$/],
    ['a ? 1 : 2', /^Write 'a if condition else b'\.$/],
    ['order?.total', /^Write a plain dot/],
    ['a > 1 AND b', /small letters/],
    ['name.toUpperCase()', /^Write \.upper\(\)\.$/],
    ['xs.map(x)', /^Write \[… for item in list\]\.$/],
  ])('the condition %s', (when, remedy) => {
    const told = remedies(`{kind: function_node, metadata: {name: a}, spec: {fn: show, when: "${when}"}}`);

    expect(told).toEqual([expect.stringMatching(remedy)]);
  });

  it.each([
    ['conditional', /composite_node with mode if-else/],
    ['loop_node', /composite_node with mode for-each/],
    ['prompt_node', /llm_node/],
    ['functoin_node', /^Did you mean 'function_node'/],
    ['nonsense', /^Known are: function_node, /],
  ])('the kind %s', (kind, remedy) => {
    const told = remedies(`{kind: ${kind}, metadata: {name: a}, spec: {}}`);

    expect(told).toEqual([expect.stringMatching(remedy)]);
  });

  it.each([
    ['{kind: function_node, metadata: {name: a}, spec: {fn: show}, depends_on: [b]}', 'dependencies'],
    ['{kind: function_node, metadata: {name: a}, spec: {fn: show, retries: 3}}', 'max_retries'],
    ['{kind: function_node, metadata: {name: a}, spec: {fn: show, if: x > 1}}', 'when'],
    ['{kind: llm_node, metadata: {name: a}, spec: {human_message: x, schema: {}}}', 'output_schema'],
  ])('a key of other tools in %s', (node, meant) => {
    const told = remedies(node);

    expect(told).toContainEqual(expect.stringContaining(`Did you mean '${meant}'?`));
  });

  it('a text of the wrong form', () => {
    const told = remedies('{kind: api_call_node, metadata: {name: a}, spec: {url: /x, method: HEAD}}');

    expect(told).toEqual(['Use one of GET, POST, PUT, DELETE, PATCH.']);
  });

  it('an expression that reads a node whose name has a minus', () => {
    const told = remedies(
      '{kind: function_node, metadata: {name: fetch-order}, spec: {fn: const}}',
      '{kind: expression_node, metadata: {name: total}, spec: {expressions: {y: fetch-order.v}}}',
    );

    expect(told).toEqual([expect.stringMatching(/^Rename the node 'fetch-order'/)]);
  });
});
