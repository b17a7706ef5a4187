import { describe, expect, it } from 'vitest';
import { compileFiles, pipeline } from './files.ts';

/** Names of five digits behind a letter: each is near to many others. */
const names = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${String(index).padStart(5, '0')}`);

const data = (name: string, output = '{}') =>
  `    - {kind: data_node, metadata: {name: ${name}}, spec: {output: ${output}}, dependencies: []}`;

const nodes = (...lines: readonly string[]) => ['nodes:', ...lines];

/** How often each code was told. */
function codesOf(main: string, context = {}): Readonly<Record<string, number>> {
  const { diagnostics } = compileFiles({ 'main.yaml': main }, context);
  const counts = Map.groupBy(diagnostics, ({ code }) => code);
  return Object.fromEntries([...counts].map(([code, { length }]) => [code, length]));
}

// Each took tens of seconds, or all the memory there is, when its size was put to it a second time for each of its parts.
describe('a document of the largest size compiles at once', () => {
  it('with thousands of unknown fields of its input, each of them told', () => {
    const fields = names('f', 3_000).map((name) => `${name}: str`);
    const reads = names('g', 7_000).map((name) => `"{{$input.${name}}}"`);

    const codes = codesOf(pipeline(`input_schema: {${fields.join(',')}}`, ...nodes(data('a', `{x: [${reads.join(',')}]}`))));

    expect(codes).toEqual({ reference_unknown: 7_000 });
  });

  it('with thousands of unknown dependencies, each of them told', () => {
    const unknown = `{kind: data_node, metadata: {name: a}, spec: {output: {}}, dependencies: [${names('n', 6_000).join(',')}]}`;

    const codes = codesOf(pipeline(...nodes(...names('m', 1_500).map((name) => data(name)), `    - ${unknown}`)));

    expect(codes).toEqual({ dependency_unknown: 6_000 });
  });

  it('with thousands of unknown types in its schema, each of them told', () => {
    const types = names('t', 1_000).map((name) => `${name}: {base: str}`);
    const fields = names('u', 2_000).map((name) => `${name}: ${name}`);

    const codes = codesOf(
      pipeline(`custom_types: {${types.join(',')}}`, `input_schema: {${fields.join(',')}}`, ...nodes(data('a'))),
    );

    expect(codes).toEqual({ schema_type_unknown: 2_000 });
  });

  it('with thousands of ports in an environment', () => {
    const ports = names('p', 8_000).map((name) => `        ${name}: {adapter: x}`);

    const codes = codesOf(pipeline(...nodes(data('a')), 'environments:', '    dev:', '      ports:', ...ports), {
      environment: 'dev',
    });

    expect(codes).toEqual({});
  });
});

describe('a document that would become far larger is refused', () => {
  const long = 'x'.repeat(200_000);

  it.each([
    ['aliases of a long text', data('a', `{t: &t "${long}", x: [${'*t,'.repeat(9_000)}]}`), {}],
    ['includes of a long text', data('a', `{x: [${'{"!include": b.yaml},'.repeat(9_000)}]}`), { 'b.yaml': `"${long}"` }],
  ])('for %s', (_, node, files) => {
    const { plan, diagnostics } = compileFiles({ 'main.yaml': pipeline(...nodes(node)), ...files });

    expect(plan).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(['plan_too_large']);
  });

  it('for what a macro repeats', () => {
    const macro = `kind: Macro\nmetadata: {name: m}\nnodes: [{kind: data_node, metadata: {name: "{{name}}_x"}, spec: {output: {x: "${long}{{name}}"}}}]`;
    const invocations = names('m', 800).map(
      (name) => `    - {kind: macro_invocation, metadata: {name: ${name}}, spec: {macro: m}}`,
    );

    const { plan, diagnostics } = compileFiles({ 'main.yaml': `${macro}\n---\n${pipeline(...nodes(...invocations))}` });

    expect(plan).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toContain('cost_limit');
  });

  it('for loops of its templates, which together have one budget', () => {
    const loops = '"{%for i in range(9999)%}x{%endfor%}",'.repeat(3_000);

    const { plan, diagnostics } = compileFiles({ 'main.yaml': pipeline(`variables: [${loops}]`, ...nodes(data('a'))) });

    expect(plan).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toContain('cost_limit');
  });
});
