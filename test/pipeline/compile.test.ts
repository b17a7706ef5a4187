import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { catalog, compileNodes, summary } from './catalog.ts';

const A = '{kind: function_node, metadata: {name: a}, spec: {fn: const}}';
const B = '{kind: function_node, metadata: {name: b}, spec: {fn: show}}';

describe('a pipeline file', () => {
  it.each([
    ['kind: Pipline', ['1:7 kind_unknown']],
    ['metadata: {name: x}', ['1:1 field_missing']],
    ['kind: Macro', ['1:1 field_missing', '1:7 warning definition_unused']],
    ['kind: System\nspec: {processes: []}', ['1:7 kind_not_supported']],
    ['kind: Workflow\nmetadata: {name: x}\nspec: {nodes: []}', ['1:7 warning kind_unknown', '3:15 warning nodes_empty']],
    ['kind: Trigger', []],
    ['kind: Pipeline', ['1:1 field_missing', '1:1 field_missing']],
    ['kind: Pipeline\nmetadata: {}\nspec: {nodes: []}', ['2:11 field_missing', '3:15 warning nodes_empty']],
    [
      'kind: Pipeline\nmetadata: {name: "Order Processing!"}\nspec: {nodes: []}',
      ['2:18 name_invalid', '3:15 warning nodes_empty'],
    ],
    ['kind: Pipeline\nmetadata: {name: 1.10}\nspec: {nodes: {}}', ['2:18 type_string', '3:15 type_list']],
    [
      'apiVersion: hexdag/v9\nkind: Pipeline\nmetadata: {name: x}\nspec: {nodes: []}',
      ['1:13 warning api_version_unsupported', '4:15 warning nodes_empty'],
    ],
    [
      'kind: Pipeline\nmetadata: {name: x}\nspec: {nodes: [], outptu: {}}',
      ['3:15 warning nodes_empty', '3:19 warning field_unknown'],
    ],
  ])('%j is told as %j', (text, expected) => {
    const { diagnostics } = compilePipeline(text, 'x.yaml', catalog);

    expect(summary(diagnostics)).toEqual(expected);
  });

  it('is told what has no effect', () => {
    const { diagnostics } = compileNodes([A], '  limits: {}\n  orchestrator: {strict_validation: false, pipline_timeout: 5}\n');

    expect(summary(diagnostics)).toEqual([
      '7:3 warning key_not_supported',
      '8:37 warning key_not_supported',
      '8:44 warning field_unknown',
    ]);
  });

  it('may hold triggers beside its pipeline, but only the first pipeline counts', () => {
    const pipeline = (name: string) => `kind: Pipeline\nmetadata: {name: ${name}}\nspec:\n  nodes:\n    - ${A}\n`;

    const { plan, diagnostics } = compilePipeline(
      `${pipeline('one')}---\nkind: Trigger\n---\n${pipeline('two')}`,
      'x.yaml',
      catalog,
    );

    expect(plan?.pipeline).toBe('one');
    expect(summary(diagnostics)).toEqual(['9:7 warning multiple_documents']);
  });

  it('with more nodes than allowed is refused', () => {
    const { diagnostics } = compileNodes(Array.from({ length: 2001 }, (_, index) => A.replace('name: a', `name: a${index}`)));

    expect(summary(diagnostics)).toEqual(['6:3 node_limit']);
  });

  it('with a hundred mistakes tells them all at once', () => {
    const nodes = Array.from(
      { length: 100 },
      (_, index) => `{kind: function_node, metadata: {name: a${index}}, spec: {fn: nope}}`,
    );

    const { plan, diagnostics } = compileNodes(nodes);

    expect(plan).toBeUndefined();
    expect(diagnostics).toHaveLength(100);
  });
});

describe('a node', () => {
  it.each([
    ['text', ['7:5 type_mapping']],
    ['{metadata: {name: b}, spec: {fn: show}}', ['7:5 field_missing']],
    ['{kind: function_node, metadata: {name: a}, spec: {fn: show}}', ['7:44 node_duplicate']],
    ['{kind: function_node, metadata: {name: input}, spec: {fn: show}}', ['7:44 name_reserved']],
    ['{kind: function_node, metadata: {name: a/b}, spec: {fn: show}}', ['7:44 name_invalid']],
    ['{kind: functoin_node, metadata: {name: b}}', ['7:12 node_kind_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show}, timout: 30}', ['7:66 field_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, timout: 30}}', ['7:65 warning field_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {}}', ['7:54 field_missing']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: shwo}}', ['7:59 step_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, timeout: soon}}', ['7:74 duration_invalid']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, critical: yes}}', ['7:75 type_boolean']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: 5}}', ['7:59 type_string']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, when: "order.total >"}}', ['7:85 expression_parse']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, when: "lenn(a)"}}', ['7:72 function_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, strict_mapping: true}}', ['7:81 mapping_missing']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, on_error: c}}', ['7:75 dependency_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, on_error: b}}', ['7:75 on_error_self']],
    [
      '{kind: function_node, metadata: {name: b}, dependencies: [c], wait_for: [d]}',
      ['7:5 field_missing', '7:63 dependency_unknown', '7:78 dependency_unknown'],
    ],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, input_mapping: {p: nope.x}}}', ['7:84 reference_unknown']],
    [
      '{kind: function_node, metadata: {name: b}, spec: {fn: show, input_mapping: {p: nope}}}',
      ['7:84 warning reference_unknown'],
    ],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, input_mapping: {a: $input.x}}}', ['7:84 name_conflict']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, when: ctx.nope == 1}}', ['7:71 reference_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, when: $item == 1}}', ['7:71 name_unknown']],
    ['{kind: function_node, metadata: {name: b}, spec: {fn: show, input_schema: {x: strr}}}', ['7:83 schema_type_unknown']],
    [
      '{kind: function_node, metadata: {name: b}, spec: {fn: show, input_schema: {type: object, required: x}}}',
      ['7:104 schema_invalid'],
    ],
    ['{kind: expression_node, metadata: {name: b}, spec: {}}', ['7:56 field_missing']],
    ['{kind: expression_node, metadata: {name: b}, spec: {expressions: {a: "1"}}}', ['7:74 name_conflict']],
    ['{kind: expression_node, metadata: {name: b}, spec: {expressions: {len: "1"}}}', ['7:76 name_conflict']],
    ['{kind: expression_node, metadata: {name: b}, spec: {expressions: {x: "1 +"}}}', ['7:78 expression_parse']],
    [
      '{kind: expression_node, metadata: {name: b}, spec: {expressions: {x: "{{ y | nope }}"}}}',
      ['7:75 warning template_verbatim'],
    ],
    [
      '{kind: expression_node, metadata: {name: b}, spec: {expressions: {x: "{{ y }} {% include z %}"}}}',
      ['7:83 warning tag_not_allowed'],
    ],
    ['{kind: expression_node, metadata: {name: b}, spec: {merge_strategy: lst}}', ['7:73 value_invalid']],
    ['{kind: expression_node, metadata: {name: b}, spec: {merge_strategy: reduce, reducer: sum}}', ['7:90 reducer_unknown']],
    [
      '{kind: function_node, metadata: {name: b}, dependencies: [], spec: {fn: show, when: a.v == 1}}',
      ['7:62 warning dependency_implicit'],
    ],
  ])('%s is told as %j', (node, expected) => {
    const { diagnostics } = compileNodes([A, node]);

    expect(summary(diagnostics)).toEqual(expected);
  });

  it.each(['-5s', '0s', '9999d', '0', '3600'])('cannot have a timeout of %s', (timeout) => {
    const { diagnostics } = compileNodes([`{kind: function_node, metadata: {name: b}, spec: {fn: show, timeout: ${timeout}}}`]);

    expect(summary(diagnostics)).toEqual(['6:74 duration_range']);
  });

  it.each(['1.5', '-1', '1000000'])('cannot be tried %s times', (retries) => {
    const { diagnostics } = compileNodes([
      `{kind: function_node, metadata: {name: b}, spec: {fn: show, max_retries: ${retries}}}`,
    ]);

    expect(summary(diagnostics)).toEqual(['6:78 integer_range']);
  });

  it.each([
    ['when: order.total > 5'],
    ['when: "[i.v for i in items] == []"'],
    ['when: "\'hello.world\' == x"'],
    ['input_mapping: {total: $input.order.total}'],
    ['when: "len(order.lines) > 0 and ctx.run_id"'],
  ])('may read fields of data that nobody declared: %s', (key) => {
    const { diagnostics } = compileNodes([`{kind: function_node, metadata: {name: b}, spec: {fn: show, ${key}}}`]);

    expect(diagnostics).toEqual([]);
  });

  it('is compared with the input schema', () => {
    const node = '{kind: function_node, metadata: {name: b}, spec: {fn: show, when: $input.totl > 1}}';

    const { diagnostics } = compileNodes([node], '  input_schema: {total: float}\n');

    expect(diagnostics).toMatchObject([{ code: 'reference_unknown', remedy: "Did you mean 'total'?" }]);
  });

  it('names what was probably meant', () => {
    const { diagnostics } = compileNodes([A, B, '{kind: function_node, metadata: {name: c}, spec: {fn: shwo, timout: 3}}']);

    expect(diagnostics.map(({ remedy }) => remedy)).toEqual(["Did you mean 'show'?", "Did you mean 'timeout'?"]);
  });
});

describe('the output', () => {
  it('names nodes of the pipeline by paths', () => {
    const { diagnostics } = compileNodes([A], '  output: {ok: a.v, all: a, lost: other.v, bad: "a + 1"}\n');

    expect(diagnostics.map(({ code }) => code)).toEqual(['reference_unknown', 'output_invalid']);
  });
});
