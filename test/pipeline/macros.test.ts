import { describe, expect, it } from 'vitest';
import { compileNodes, summary } from './catalog.ts';
import { composite, computed, edgesOf, planned, step } from './graph-text.ts';

const SCALE = `---
kind: Macro
metadata: {name: scale}
parameters:
  - {name: mult, type: int, default: 2}
  - {name: mode, type: str, required: true, enum: [a, b]}
nodes:
  - kind: expression_node
    metadata: {name: "{{name}}_one"}
    spec: {expressions: {r: "x * {{mult}}", m: "'{{mode}}'"}}
  - kind: expression_node
    metadata: {name: "{{name}}_two"}
    spec: {input_mapping: {q: "{{name}}_one.r"}, expressions: {z: "q + 1", t: "{{runtime_var}}"}, max_retries: "{{mult}}"}
    dependencies: ["{{name}}_one"]
`;

function invoke(spec: string, keys = '', name = 'mm'): string {
  return `{kind: macro_invocation, metadata: {name: ${name}}, spec: {${spec}}${keys}}`;
}

const scale = (spec = '', keys = '') => invoke(`macro: scale, inputs: {mode: a, mult: 3}${spec}`, keys);

function macro(name: string, nodes: readonly string[], keys = ''): string {
  return `---\nkind: Macro\nmetadata: {name: ${name}}\n${keys}nodes:\n${nodes.map((node) => `  - ${node}\n`).join('')}`;
}

describe('an invocation of a macro', () => {
  it('stands for its nodes, with their texts rendered and the rest left for the run', () => {
    const nodes = planned([scale()], SCALE);

    expect(nodes).toMatchObject([
      {
        name: 'mm_one',
        kind: 'expression_node',
        spec: {
          expressions: [
            ['r', 'x * 3'],
            ['m', "'a'"],
          ],
        },
      },
      {
        name: 'mm_two',
        inputMapping: { q: 'mm_one.r' },
        spec: {
          expressions: [
            ['z', 'q + 1'],
            ['t', '{{runtime_var}}'],
          ],
        },
      },
    ]);
  });

  it('gives a text that spells a number where a number is wanted', () => {
    const nodes = planned([scale()], SCALE);

    expect(nodes.map(({ retry }) => retry.maxAttempts)).toEqual([1, 3]);
  });

  it('follows the node before it, and is followed by what comes after it', () => {
    const nodes = planned([step('a'), scale(), step('b')], SCALE);

    expect(edgesOf(nodes)).toEqual({ a: '', mm_one: 'a', mm_two: 'mm_one', b: 'mm_two' });
  });

  it.each([
    ['its dependencies under spec', scale(', dependencies: [a]'), 'a'],
    ['its dependencies', scale('', ', dependencies: [a, b]'), 'a b'],
    ['what it waits for', scale('', ', wait_for: [a]'), '(a)'],
    ['no dependencies', scale('', ', dependencies: []'), ''],
    ['what its condition reads', scale(', when: a.got'), 'a'],
  ])('hands %s to the nodes it begins with', (_, invocation, expected) => {
    const nodes = planned([step('a'), step('b'), invocation], SCALE);

    expect(edgesOf(nodes)).toMatchObject({ mm_one: expected, mm_two: 'mm_one' });
  });

  it('begins with the nodes that read no other of its nodes, and ends in those that no other reads', () => {
    const nodes = [
      step('{{name}}_a'),
      computed('"{{name}}_b"', 'x: "outer.got"'),
      computed('"{{name}}_c"', 'x: "{{name}}_a.got"'),
    ];
    const fork = macro(
      'fork',
      nodes.map((node) => node.replace('{name: {{name}}_a}', '{name: "{{name}}_a"}')),
    );

    const plan = planned([step('outer'), step('last'), invoke('macro: fork', '', 'f'), step('z')], fork);

    expect(edgesOf(plan)).toEqual({ outer: '', last: 'outer', f_a: 'last', f_b: 'last outer', f_c: 'f_a', z: 'f_b f_c' });
  });

  it('is read by its own name as the node it ends in, wherever names are read', () => {
    const body = computed('p', 'x: "mm.z + item"');

    const { plan, diagnostics } = compileNodes(
      [
        scale(),
        computed('e', 'v: "mm.z + mm_one.r", u: "{{ mm.z }} and {{ mm_two.t }}"'),
        step('n', ', dependencies: [mm]', ', when: mm.z > 1, input_mapping: {k: mm.z, l: [{n: "mm.z + mm.z"}]}'),
        composite('c', `mode: for-each, items: mm.z, body: [${body}]`),
      ],
      `  output: {all: mm, z: mm.z}\n${SCALE}`,
    );

    expect(diagnostics).toEqual([]);
    expect(plan?.output).toEqual({ all: 'mm_two', z: 'mm_two.z' });
    expect(plan?.nodes.slice(2)).toMatchObject([
      {
        spec: {
          expressions: [
            ['v', 'mm_two.z + mm_one.r'],
            ['u', '{{ mm_two.z }} and {{ mm_two.t }}'],
          ],
        },
        dependencies: ['mm_two', 'mm_one'],
      },
      { when: 'mm_two.z > 1', inputMapping: { k: 'mm_two.z', l: [{ n: 'mm_two.z + mm_two.z' }] }, dependencies: ['mm_two'] },
      {
        spec: { items: 'mm_two.z' },
        bodies: { body: { nodes: [{ spec: { expressions: [['x', 'mm_two.z + item']] } }] } },
        dependencies: ['mm_two'],
      },
    ]);
  });

  it('is not the node it ends in if one of its nodes has its name', () => {
    const named = macro('named', [computed('"{{name}}"', 'x: "1"'), computed('"{{name}}_b"', 'y: "{{name}}.x"')]);

    const nodes = planned([invoke('macro: named'), computed('e', 'v: "mm.x"')], named);

    expect(edgesOf(nodes)).toEqual({ mm: '', mm_b: 'mm', e: 'mm' });
  });

  it('ends in its last nodes even if one of its nodes has its name', () => {
    const named = macro('named', [computed('"{{name}}"', 'x: "1"'), computed('"{{name}}_b"', 'y: "{{name}}.x"')]);

    const nodes = planned([invoke('macro: named'), step('last')], named);

    expect(edgesOf(nodes)).toEqual({ mm: '', mm_b: 'mm', last: 'mm_b' });
  });

  it('may handle failures and timeouts by the node it begins with', () => {
    const nodes = planned(
      [
        step('a', '', ', on_error: mm'),
        '{kind: wait_node, metadata: {name: w}, spec: {event_key: k, timeout: 5s, on_timeout: mm}}',
        scale('', ', dependencies: []'),
      ],
      SCALE,
    );

    expect(nodes).toMatchObject([
      { onError: 'mm_one' },
      { onTimeout: 'mm_one' },
      { name: 'mm_one', dependencies: ['a', 'w'], handles: ['a'], handlesTimeout: ['w'] },
      {},
    ]);
  });

  it('cannot handle failures if it begins with several nodes', () => {
    const pair = macro('pair', [computed('"{{name}}_a"', 'x: "1"'), computed('"{{name}}_b"', 'x: "1"')]);

    const { diagnostics } = compileNodes([step('a', '', ', on_error: mm'), invoke('macro: pair')], pair);

    expect(diagnostics.map(({ code }) => code)).toEqual(['handler_unclear']);
  });

  it('cannot be read by its own name if it ends in several nodes', () => {
    const pair = macro('pair', [computed('"{{name}}_a"', 'x: "1"'), computed('"{{name}}_b"', 'x: "1"')]);

    const { diagnostics } = compileNodes([invoke('macro: pair'), computed('e', 'v: "1 + mm.x"')], pair);

    expect(summary(diagnostics)).toEqual(['7:79 macro_result_unclear']);
  });

  it('gives its condition and mapping to the nodes it begins with, and how to try to all of them', () => {
    const spec = ', when: x > 1, critical: true, input_mapping: {x: $input.y}, timeout: 5s, retry_delay: 3, on_error: h';

    const nodes = planned([scale(spec), step('h', ', dependencies: []')], SCALE);

    expect(nodes).toMatchObject([
      {
        when: 'x > 1',
        critical: true,
        inputMapping: { x: '$input.y' },
        timeoutMs: 5_000,
        onError: 'h',
        retry: { delayMs: 3_000 },
      },
      {
        critical: false,
        inputMapping: { q: 'mm_one.r' },
        timeoutMs: 5_000,
        onError: 'h',
        retry: { delayMs: 3_000, maxAttempts: 3 },
      },
      { handles: ['mm_one', 'mm_two'] },
    ]);
    expect(nodes[1]).not.toHaveProperty('when');
  });

  it('may invoke other macros', () => {
    const outer = macro(
      'outer',
      [invoke('macro: scale, inputs: {mode: "{{kind}}"}', '', '"{{name}}_s"'), computed('"{{name}}_end"', 'x: "{{name}}_s.z"')],
      'parameters: [{name: kind}]\n',
    );

    const nodes = planned([step('a'), invoke('macro: outer, inputs: {kind: b}', '', 'o'), step('last')], SCALE + outer);

    expect(edgesOf(nodes)).toEqual({ a: '', o_s_one: 'a', o_s_two: 'o_s_one', o_end: 'o_s_two', last: 'o_end' });
  });

  it('may stand in a body, and stand for composite nodes', () => {
    const loop = macro(
      'loop',
      [composite('"{{name}}_loop"', `mode: times, count: "{{n}}", body: [${scale()}]`)],
      'parameters: [{name: n, type: int}]\n',
    );

    const nodes = planned(
      [composite('c', `mode: times, count: 1, body: [${invoke('macro: loop, inputs: {n: 2}', '', 'l')}]`)],
      SCALE + loop,
    );

    const inner = nodes[0]?.bodies?.['body']?.nodes[0];
    expect(inner).toMatchObject({ name: 'l_loop', spec: { count: 2 } });
    expect(edgesOf(inner?.bodies?.['body']?.nodes)).toEqual({ mm_one: '', mm_two: 'mm_one' });
  });

  it('may be written as one text that is rendered before it is read', () => {
    const raw = `---
kind: Macro
metadata: {name: many}
parameters: [{name: names, type: list}]
nodes_raw: |
  {% for part in names %}
  - kind: function_node
    metadata: {name: "{{ name }}_{{ part }}"}
    spec: {fn: show}
    dependencies: []
  {% endfor %}
`;

    const nodes = planned([invoke('macro: many, inputs: {names: [x, y]}')], raw);

    expect(edgesOf(nodes)).toEqual({ mm_x: '', mm_y: '' });
  });
});

describe('a fault of an invocation', () => {
  it.each([
    ['macro_unknown', 'macro: ^scal'],
    ['macro_unknown', 'macro: ^core:reasoning_agent'],
    ['field_missing', '^inputs: {mode: a}'],
    ['macro_parameter_missing', 'macro: scale, inputs: ^{mult: 3}'],
    ['macro_parameter_value', 'macro: scale, inputs: {mode: ^c}'],
    ['macro_parameter_type', 'macro: scale, inputs: {mode: a, mult: ^"3"}'],
    ['macro_parameter_type', 'macro: scale, inputs: {mode: a, mult: ^2.5}'],
    ['macro_input_twice', 'macro: scale, config: {mode: a}, inputs: {mode: ^a}'],
    ['warning field_unknown', 'macro: scale, inputs: {mode: a, ^mlt: 3}'],
  ])('is told where it is: %s at the mark in %s', (code, marked) => {
    const line = invoke(marked);

    const { diagnostics } = compileNodes([line.replace('^', '')], SCALE);

    const column = code === 'field_missing' ? 58 : '  - '.length + line.indexOf('^') + 1;
    expect(summary(diagnostics)).toEqual([`6:${column} ${code}`]);
  });

  it('takes parameters from config too', () => {
    const nodes = planned([invoke('macro: scale, config: {mode: a}, inputs: {mult: 4}')], SCALE);

    expect(nodes[0]).toMatchObject({
      spec: {
        expressions: [
          ['r', 'x * 4'],
          ['m', "'a'"],
        ],
      },
    });
  });

  it('that makes a node of a name that is taken is told at the invocation', () => {
    const { diagnostics } = compileNodes([step('mm_one'), scale()], SCALE);

    expect(summary(diagnostics)).toEqual(['7:47 node_duplicate']);
  });

  it('is told once, not again wherever its nodes are named', () => {
    const { diagnostics } = compileNodes(
      [invoke('macro: nope'), step('b', ', dependencies: [mm_one]', ', when: mm_two.z > 1')],
      SCALE,
    );

    expect(summary(diagnostics)).toEqual(['6:66 macro_unknown']);
  });

  it('is a port that it needs and nobody declares', () => {
    const ported = macro('ported', [step('p')], 'requires_ports: [{name: llm}, {name: memory, optional: true}]\n');

    const { diagnostics } = compileNodes([invoke('macro: ported')], ported);

    expect(summary(diagnostics)).toEqual(['6:66 warning macro_port_missing']);
  });
});

describe('a fault of a macro', () => {
  it('is told in the macro, and once, however often it is invoked', () => {
    const faulty = macro('faulty', ['{kind: function_node, metadata: {name: "{{name}}_a"}, spec: {fn: shwo, timout: 3}}']);

    const { diagnostics } = compileNodes([invoke('macro: faulty', '', 'm1'), invoke('macro: faulty', '', 'm2')], faulty);

    expect(summary(diagnostics)).toEqual(['12:70 step_unknown', '12:76 warning field_unknown']);
  });

  it.each([
    ['nodes: []', []],
    ['parameters: [{name: x, type: itn}]\nnodes: []', ['10:30 schema_type_unknown']],
    ['parameters: [{name: x, type: int, default: y}]\nnodes: []', ['10:44 macro_parameter_type']],
    ['parameters: [{type: int}]\nnodes: []', ['10:14 field_missing']],
    ['parameters: [{name: x, type: int | str, default: y}]\nnodes: []', []],
    ['spec: {nodes: []}', ['8:1 field_missing', '10:1 warning field_unknown']],
    ['nodes: {a: 1}', ['10:8 type_list']],
    ['nodes: []\nnodse: []', ['11:1 warning field_unknown']],
  ])('is told although nobody invokes it: %j', (keys, expected) => {
    const { diagnostics } = compileNodes([step('a')], `---\nkind: Macro\nmetadata: {name: m}\n${keys}\n`);

    expect(summary(diagnostics)).toEqual(expected);
  });

  it('that invokes itself is found', () => {
    const first = macro('first', [invoke('macro: second', '', '"{{name}}_s"')]);
    const second = macro('second', [invoke('macro: first', '', '"{{name}}_f"')]);

    const { diagnostics } = compileNodes([invoke('macro: first')], first + second);

    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['macro_recursion', "Macro 'first' invokes itself: first → second → first."],
    ]);
  });

  it('that doubles itself in bodies comes to an end', () => {
    const loop = (name: string) => composite(name, `mode: times, count: 1, body: [${invoke('macro: twice')}]`);
    const twice = macro('twice', [loop('"{{name}}_a"'), loop('"{{name}}_b"')]);

    const { diagnostics } = compileNodes([invoke('macro: twice')], twice);

    expect(diagnostics.map(({ code }) => code)).toEqual(['macro_recursion', 'macro_recursion']);
  });

  it.each([
    ['nodes_raw: "{% for x in %}"', ['template_syntax']],
    ['nodes_raw: "[1, 2"', ['unclosed_flow']],
    ['nodes_raw: "a: 1"', ['type_list']],
    ['nodes_raw: ""', []],
  ])('in a text is told at the text: %j', (keys, expected) => {
    const { diagnostics } = compileNodes([invoke('macro: m')], `---\nkind: Macro\nmetadata: {name: m}\n${keys}\n`);

    expect(diagnostics.map(({ code }) => code)).toEqual(expected);
  });
});
