import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import { testPipeline } from '../../src/testing/test-pipeline.ts';
import { completed, errorCodes, pipeline, pipelineText, results, steps } from './language.ts';

/** What a composite node `c` gives, without the time it took. */
async function composite(spec: string, input: JsonValue, before = ''): Promise<JsonObject> {
  const { c } = await results(`${before}\n- kind: composite_node\n  metadata: {name: c}\n  spec:\n${indented(spec)}`, input);
  if (!isJsonObject(c) || !isJsonObject(c['metadata'])) throw new Error(`This is no composite result: ${JSON.stringify(c)}`);
  const { duration_ms: duration, ...metadata } = c['metadata'];
  expect(duration).toBe(0);
  return { result: c['result'] ?? null, metadata };
}

function indented(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

describe('V30: for-each', () => {
  it('runs its body for each item of a list, in order', async () => {
    expect(await composite('mode: for-each\nitems: xs\nbody: double', { xs: [1, 2] })).toEqual({
      result: [2, 4],
      metadata: { mode: 'for-each', iterations: 2, stopped_by: 'exhausted', successful: 2, failed: 0, errors: null },
    });
  });

  it('goes through the keys of a mapping', async () => {
    const spec =
      'mode: for-each\nitems: xs\nbody:\n  - {kind: expression_node, metadata: {name: e}, spec: {expressions: {k: item}}}';

    expect(await composite(spec, { xs: { a: 1, b: 2 } })).toMatchObject({ result: [{ k: 'a' }, { k: 'b' }] });
  });

  it('gives null without items unless it collects a list', async () => {
    expect(await composite('mode: for-each\nitems: xs\nbody: double\ncollect: last', { xs: [] })).toMatchObject({ result: null });
    expect(await composite('mode: for-each\nitems: xs\nbody: double', { xs: [] })).toMatchObject({ result: [] });
  });

  it.each(['$input.xs', 'input.xs', 'xs', '[1, 2]'])('takes its items from %s', async (items) => {
    expect(await composite(`mode: for-each\nitems: "${items}"\nbody: double`, { xs: [1, 2] })).toMatchObject({ result: [2, 4] });
  });

  it('gives the contexts themselves if its body is empty', async () => {
    const { result } = await composite('mode: for-each\nitems: xs\nbody: []', { xs: [7] });

    expect(result).toMatchObject([{ $item: 7, item: 7, xs: [7] }]);
  });
});

it('V31: the body sees the fields of the input, the item and its place', async () => {
  const { result } = await composite('mode: for-each\nitems: xs\nitem_var: it\nbody: echo', { xs: [5], y: 1 });

  expect(result).toEqual([{ xs: [5], y: 1, $item: 5, $index: 0, $total: 1, $is_first: true, $is_last: true, it: 5, index: 0 }]);
});

describe('V32: items that fail', () => {
  it('are null, and told in the metadata, if the loop continues', async () => {
    const spec = 'mode: for-each\nitems: xs\nbody: boom\nerror_handling: continue';

    const message = "Function 'boom' execution failed: boom";
    const errors = [0, 1].map((index) => ({ index, error: message }));
    expect(await composite(spec, { xs: [1, 2] })).toMatchObject({
      result: [null, null],
      metadata: { failed: 2, successful: 0, errors },
    });
  });

  it('fail the node otherwise, when all have been attempted', async () => {
    const seen: JsonValue[] = [];
    const step = defineStep('fail', (input) => {
      seen.push(isJsonObject(input) ? (input['item'] ?? null) : null);
      throw new Error('no');
    });
    const nodes = '- {kind: composite_node, metadata: {name: c}, spec: {mode: for-each, items: xs, body: fail}}';

    const run = await pipeline(nodes, '', { steps: [step] }).start({ xs: [1, 2, 3] });

    expect(run).toMatchObject({ status: 'failed', error: { node: 'c' } });
    expect(seen).toEqual([1, 2, 3]);
  });
});

describe('V33: collecting', () => {
  it.each([
    ['body: const\ncollect: dict\nkey_field: name', { n: { v: 1, name: 'n' } }],
    ['body: double\ncollect: dict', { 0: 2, 1: 4 }],
    ['body: double\ncollect: reduce\nreducer: sum', 6],
    ['body: double\ncollect: first', 2],
    ['body: double\ncollect: last', 4],
  ])('%s', async (spec, result) => {
    expect(await composite(`mode: for-each\nitems: xs\n${spec}`, { xs: [1, 2] })).toMatchObject({ result });
  });
});

describe('V34: an inner graph', () => {
  it('gives the result of its last node that was not skipped', async () => {
    const spec = `
mode: for-each
items: xs
body:
  - {kind: expression_node, metadata: {name: q}, spec: {expressions: {r: item}}}
  - {kind: expression_node, metadata: {name: w}, spec: {expressions: {r2: item * 10}, when: item > 1}}`;

    expect(await composite(spec, { xs: [1, 2] })).toMatchObject({ result: [{ r: 1 }, { r2: 20 }] });
  });

  it.each([
    'spec: {expressions: {s: q.r + 1}}',
    'spec: {expressions: {s: q.r + 1}}, dependencies: [q]',
    'spec: {expressions: {s: z + 1}, input_mapping: {z: q.r}}',
    'spec: {expressions: {s: z + 1}, input_mapping: {z: q.r}}, dependencies: [q]',
  ])('knows what its nodes depend on: %s', async (w) => {
    const spec = `
mode: for-each
items: xs
body:
  - {kind: expression_node, metadata: {name: q}, spec: {expressions: {r: item}}}
  - {kind: expression_node, metadata: {name: w}, ${w}}`;

    expect(await composite(spec, { xs: [1, 2] })).toMatchObject({ result: [{ s: 2 }, { s: 3 }] });
  });
});

describe('V35: times', () => {
  it('runs its body that often', async () => {
    const spec =
      'mode: times\ncount: 2\nbody:\n  - {kind: expression_node, metadata: {name: e}, spec: {expressions: {z: index}}}';

    expect(await composite(spec, {})).toMatchObject({ result: [{ z: 0 }, { z: 1 }], metadata: { mode: 'times', iterations: 2 } });
  });

  it.each(['0', '-1', '1.5', 'two'])('refuses a count of %s', (count) => {
    const nodes = `- {kind: composite_node, metadata: {name: c}, spec: {mode: times, count: ${count}, body: echo}}`;

    expect(errorCodes(pipeline(nodes))).toHaveLength(1);
  });
});

describe('V36: while', () => {
  it('runs as long as its condition holds, and counts', async () => {
    const spec = 'mode: while\ncondition: state.iteration < 3\ninitial_state: {iteration: 0}\nbody: num';

    expect(await composite(spec, {})).toEqual({
      result: [42, 42, 42],
      metadata: {
        mode: 'while',
        ...{ iterations: 3, stopped_by: 'condition', final_state: { iteration: 3 }, successful: 3, failed: 0, errors: null },
      },
    });
  });

  it('gives the states its turns began with if it has no body', async () => {
    const spec = 'mode: while\ncondition: state.i < 2\ninitial_state: {i: 0}\nstate_update: {i: state.i + 1}';

    expect(await composite(spec, { x: 1 })).toMatchObject({ result: [{ i: 0 }, { i: 1, iteration: 1 }] });
  });

  it('keeps the values of state_update', async () => {
    const spec = `
mode: while
condition: state.i < 3
initial_state: {i: 0}
state_update: {i: state.i + 1}
max_iterations: 7
body: num`;

    expect(await composite(spec, {})).toMatchObject({
      metadata: { iterations: 3, stopped_by: 'condition', final_state: { i: 3, iteration: 3 } },
    });
  });

  it('stops at its limit', async () => {
    const spec = 'mode: while\ncondition: "True"\nmax_iterations: 7\nbody: num';

    expect(await composite(spec, {})).toMatchObject({ metadata: { iterations: 7, stopped_by: 'limit' } });
  });

  it('may speak of what the body gave', async () => {
    const spec = `
mode: while
condition: state.last < 3
initial_state: {last: 0}
state_update: {last: $body.n}
body:
  - {kind: expression_node, metadata: {name: e}, spec: {expressions: {n: state.last + 1}}}`;

    expect(await composite(spec, {})).toMatchObject({ result: [{ n: 1 }, { n: 2 }, { n: 3 }] });
  });

  it('tells the turns that failed', async () => {
    const spec = 'mode: while\ncondition: iteration < 2\nbody: boom\nerror_handling: continue';

    const error = "Function 'boom' execution failed: boom";
    expect(await composite(spec, {})).toMatchObject({
      result: [null, null],
      metadata: { errors: [0, 1].map((iteration) => ({ iteration, error })) },
    });
  });
});

describe('V37: if-else', () => {
  it('tells whether its condition held if there is no body', async () => {
    expect(await composite("mode: if-else\ncondition: s == 'a'", { s: 'b' })).toEqual({
      result: { condition_met: false },
      metadata: { mode: 'if-else', condition_met: false, branch_taken: 'else', stopped_by: 'condition' },
    });
  });

  it('takes the else branch if a name is unknown', async () => {
    expect(await composite('mode: if-else\ncondition: zz > 1\nbody: const\nelse_body: num', {})).toMatchObject({ result: 42 });
  });

  it.each(['$input.s', 'input.s', "input.get('s')"])('may speak of %s', async (source) => {
    const spec = `mode: if-else\ncondition: ${source} == 'a'\nbody: const\nelse_body: num`;

    expect(await composite(spec, { s: 'a' })).toMatchObject({ result: { v: 1 }, metadata: { branch_taken: 'if' } });
  });
});

describe('V38: switch', () => {
  const router = `
- kind: composite_node
  metadata: {name: r}
  spec:
    mode: switch
    route_downstream: true
    branches: [{condition: s == 'a', action: na}, {condition: s == 'b', action: nb}]
    else_action: nc
- {kind: function_node, metadata: {name: na}, spec: {fn: num}, dependencies: []}
- {kind: function_node, metadata: {name: nb}, spec: {fn: num}, dependencies: []}
- {kind: function_node, metadata: {name: nc}, spec: {fn: num}, dependencies: []}`;

  it('routes to the node of the first branch that matches', async () => {
    const { r, na, nb, nc } = await results(router, { s: 'b' });

    const reason = (name: string) => `when clause 'r.result == '${name}'' evaluated to False`;
    expect(r).toMatchObject({
      result: 'nb',
      metadata: {
        mode: 'switch',
        ...{ matched_branch: 1, matched_action: 'nb', evaluations: [false, true], has_else: true, stopped_by: 'branch_matched' },
      },
    });
    expect({ na, nb, nc }).toEqual({
      na: { _skipped: true, reason: reason('na') },
      nb: 42,
      nc: { _skipped: true, reason: reason('nc') },
    });
  });

  it('routes to the node of else if none matches', async () => {
    expect(await results(router, { s: 'z' })).toMatchObject({ na: { _skipped: true }, nb: { _skipped: true }, nc: 42 });
  });

  it('runs the body of the first branch that matches', async () => {
    const spec = "mode: switch\nbranches: [{condition: s == 'a', body: const}, {condition: s == 'b', body: num}]";

    expect(await composite(spec, { s: 'b' })).toMatchObject({
      result: 42,
      metadata: { matched_branch: 1, evaluations: [false, true] },
    });
  });

  it('runs its else body', async () => {
    const spec = "mode: switch\nbranches: [{condition: s == 'a', body: const}]\nelse_body: num";

    expect(await composite(spec, { s: 'b' })).toMatchObject({
      result: 42,
      metadata: { matched_branch: null, matched_action: null, evaluations: [false], has_else: true, stopped_by: 'else' },
    });
  });
});

it('a body of its own file gives all results', async () => {
  const body =
    'kind: Pipeline\nmetadata: {name: inner}\nspec: {nodes: [{kind: function_node, metadata: {name: d}, spec: {fn: double}}]}';
  const text = pipelineText(
    '- {kind: composite_node, metadata: {name: c}, spec: {mode: for-each, items: xs, body_pipeline: bodies/inner.yaml}}',
  );

  const run = await testPipeline({ text, files: { 'bodies/inner.yaml': body } }, { steps }).start({ xs: [1, 2] });

  expect(completed(run).results).toMatchObject({ c: { result: [{ d: 2 }, { d: 4 }] } });
});

it('a loop may do something every night for a year', async () => {
  const nights: string[] = [];
  const nodes = `
- kind: composite_node
  metadata: {name: c}
  spec:
    mode: while
    condition: state.iteration < 365
    initial_state: {iteration: 0}
    max_iterations: 400
    timeout: 366d
    body:
      - {kind: wait_node, metadata: {name: night}, spec: {event_key: stop, timeout: 1d, on_timeout: work}}
      - {kind: function_node, metadata: {name: work}, spec: {fn: work}, dependencies: []}`;
  const work = () => nights.push('');
  const tested = pipeline(nodes, 'orchestrator: {pipeline_timeout: 366d}', { steps: { work } });
  await tested.start();

  const before = await tested.advance('364d');
  const run = await tested.advance('1d');

  expect([before.status, run.status]).toEqual(['suspended', 'completed']);
  expect(run.results['c']).toMatchObject({ metadata: { iterations: 365, stopped_by: 'condition' } });
  expect(nights).toHaveLength(365);
});
