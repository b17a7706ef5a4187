import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from './cli.ts';

const ORDERS = join(import.meta.dirname, '..', '..', 'pipelines', 'order-processing.yaml');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-plan-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function pipeline(spec: string): string {
  const path = join(folder, 'a.yaml');
  writeFileSync(path, `apiVersion: hexdag/v1\nkind: Pipeline\nmetadata: { name: a }\nspec:\n${spec}`);
  return path;
}

/** The rows of the table in the text, each as its cells. */
function rows(stdout: string): readonly (readonly string[])[] {
  const [, ...lines] = stdout.split('\n\n')[1]?.split('\n') ?? [];
  return lines.map((line) => line.trim().split(/ {2,}/)).filter((cells) => cells.length > 1);
}

describe('hexdag plan', () => {
  it('shows levels, dependencies, conditions, attempts, and which nodes share an activity', async () => {
    const { exitCode, stdout } = await cli(['plan', ORDERS]);

    expect(exitCode).toBe(0);
    expect(rows(stdout)).toEqual([
      ['1', 'validate', 'function_node', 'activity 1'],
      ['2', 'price', 'function_node', 'activity 2', 'after validate'],
      ['2', 'reserve', 'function_node', 'activity 3', 'after validate; up to 3 attempts from 1s apart; timeout 10s'],
      ['3', 'total', 'expression_node', 'orchestrator', 'after price'],
      ['4', 'charge', 'function_node', 'activity 4', 'after total, reserve; up to 4 attempts from 200ms apart; timeout 10s'],
      ['5', 'pack', 'function_node', 'activity 4', 'after charge, validate; when not validate.digital'],
      ['6', 'ship', 'function_node', 'activity 4', 'after pack; up to 3 attempts from 1s apart; timeout 10s'],
    ]);
    expect(stdout).toContain('activity 4: charge → pack → ship');
    expect(stdout).toMatch(/orchestrator {2}computed from data alone/);
  });

  it('shows the ports of single nodes, without their configuration', async () => {
    const ports = '{ llm: { adapters: [{ adapter: mock_llm, config: { responses: Hello } }, { adapter: mock_llm }] } }';
    const file = pipeline(
      `  nodes:\n    - { kind: llm_node, metadata: { name: a }, spec: { human_message: Hi, ports: ${ports} } }\n`,
    );

    const { stdout } = await cli(['plan', file]);
    const { stdout: json } = await cli(['plan', file, '--output', 'json']);

    expect(rows(stdout)).toEqual([['1', 'a', 'llm_node', 'activity 1', 'port llm: mock_llm, mock_llm']]);
    expect(JSON.parse(json).nodes[0].ports).toEqual({ llm: ['mock_llm', 'mock_llm'] });
    expect(json).not.toContain('Hello');
  });

  it.each([
    [
      'a chain of effects is one activity that also ends the run',
      ['a', 'b', 'c'],
      'function_node',
      { activities: 1, documents: 3, writes: 4 },
    ],
    ['data alone is one activity that claims nothing', ['a', 'b'], 'expression_node', { activities: 1, documents: 1, writes: 2 }],
  ])('tells the cost: %s', async (_, names, kind, expected) => {
    const spec = kind === 'function_node' ? '{ fn: validate }' : '{ expressions: { x: "1" } }';
    const nodes = names.map((name) => `    - { kind: ${kind}, metadata: { name: ${name} }, spec: ${spec} }\n`);
    const file = pipeline(`  nodes:\n${nodes.join('')}`);

    const { stdout } = await cli(['plan', file, '--output', 'json']);

    expect(JSON.parse(stdout).cost).toEqual(expected);
  });

  it('needs one more activity to end a run whose last nodes are side by side', async () => {
    const file = pipeline(`  nodes:
    - { kind: function_node, metadata: { name: a }, spec: { fn: validate } }
    - { kind: function_node, metadata: { name: b }, spec: { fn: price }, dependencies: [a] }
    - { kind: function_node, metadata: { name: c }, spec: { fn: reserve }, dependencies: [a] }
`);

    const { stdout } = await cli(['plan', file, '--format', 'json']);

    const { cost, activities } = JSON.parse(stdout);
    expect(activities).toEqual([['a'], ['b'], ['c']]);
    expect(cost).toEqual({ activities: 4, documents: 4, writes: 5 });
  });

  it('shows the graphs within nodes, waits and child runs in their places', async () => {
    const file = pipeline(`  nodes:
    - kind: composite_node
      metadata: { name: each }
      spec:
        mode: for-each
        items: xs
        body:
          - { kind: function_node, metadata: { name: one }, spec: { fn: validate } }
          - { kind: expression_node, metadata: { name: two }, spec: { expressions: { x: one } } }
    - { kind: wait_node, metadata: { name: approval }, spec: { event_key: k, timeout: 1d } }
`);

    const { stdout } = await cli(['plan', file]);

    expect(rows(stdout)).toEqual([
      ['1', 'each', 'composite_node', 'inner graph'],
      ['[body]', 'each time at least 1 activity, 1 document'],
      ['1', 'one', 'function_node', 'activity 1'],
      ['2', 'two', 'expression_node', 'orchestrator', 'after one'],
      ['2', 'approval', 'wait_node', 'event', 'after each; timeout 1d'],
    ]);
  });

  it('draws Mermaid in which nothing of a document is markup', async () => {
    const file = pipeline(`  nodes:
    - { kind: expression_node, metadata: { name: a }, spec: { expressions: { x: "1" } } }
    - { kind: function_node, metadata: { name: b }, spec: { fn: validate, when: 'a.x > 0 and "<b>#quot;" != a.x', on_error: c } }
    - { kind: function_node, metadata: { name: c }, spec: { fn: price }, dependencies: [], wait_for: a }
`);

    const { exitCode, stdout } = await cli(['plan', file, '--format', 'mermaid']);

    expect(exitCode).toBe(0);
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      'flowchart TD',
      'n0(["a<br/>expression_node, orchestrator"])',
      'n1["b<br/>function_node, activity 1<br/>when a.x #gt; 0 and #quot;#lt;b#gt;#35;quot;#quot; != a.x"]',
      'n0 --> n1',
      'n1 -- on error --> n2',
      'n2["c<br/>function_node, activity 1"]',
      'n1 --> n2',
      'n0 -.-> n2',
      '',
    ]);
  });

  it('tells the errors of a pipeline that has no plan', async () => {
    const file = pipeline('  nodes:\n    - { kind: function_node, metadata: { name: a }, spec: { fn: vaildate } }\n');

    const { exitCode, stdout, stderr } = await cli(['plan', file]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain(`${file}:6:`);
    expect(stderr).toContain("Did you mean 'validate'?");
  });

  it('tells those errors as JSON when JSON is asked for', async () => {
    const file = pipeline('  nodes:\n    - { kind: function_node, metadata: { name: a }, spec: { fn: vaildate } }\n');

    const { exitCode, stdout, stderr } = await cli(['plan', file, '--output', 'json']);

    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ diagnostics: [{ code: 'step_unknown', file, position: { line: 6 } }] });
  });

  it('says that a file holds no pipeline', async () => {
    const { exitCode, stderr } = await cli(['plan', join(ORDERS, '..', 'orders.trigger.yaml')]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^pipeline_missing: /);
  });
});
