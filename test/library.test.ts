import { describe, expect, it } from 'vitest';
import { compileLibrary } from '../src/library.ts';
import { nodeKinds } from '../src/nodes/node-kinds.ts';
import { defineStep, StepRegistry } from '../src/nodes/steps.ts';

const registry = new StepRegistry([defineStep('work', () => null)]);
const language = { kinds: nodeKinds(registry), steps: registry };

function file(name: string, text: string) {
  return { name, content: Buffer.from(text) };
}

const pipeline = `apiVersion: hexdag/v1
kind: Pipeline
metadata: { name: orders }
spec:
  nodes:
    - { kind: function_node, metadata: { name: a }, spec: { fn: work } }
`;
const trigger = `apiVersion: hexdag/v1
kind: Trigger
metadata: { name: from-queue }
spec:
  type: service_bus
  config: { connection: SB, queue: orders }
  pipeline: orders.yaml
`;

describe('the library of documents', () => {
  it('links a trigger to the pipeline in another file, whichever comes first', () => {
    const library = compileLibrary([file('a.trigger.yaml', trigger), file('orders.yaml', pipeline)], language);

    expect(library.diagnostics).toEqual([]);
    expect(library.triggers.map(({ name, pipeline }) => [name, pipeline.name])).toEqual([['from-queue', 'orders']]);
  });

  it('makes the same plans whatever the order of the files', () => {
    const other = pipeline.replace('name: orders', 'name: returns');
    const files = [file('orders.yaml', pipeline), file('returns.yaml', other), file('a.trigger.yaml', trigger)];
    const plansOf = (ordered: typeof files) =>
      new Map(compileLibrary(ordered, language).pipelines.map(({ name, planHash }) => [name, planHash]));

    const plans = [plansOf(files), plansOf(files.toReversed())];

    expect(plans[0]?.size).toBe(2);
    expect(plans[1]).toEqual(plans[0]);
  });

  it('takes pipeline and trigger from one file', () => {
    const library = compileLibrary([file('orders.yaml', `${pipeline}---\n${trigger}`)], language);

    expect(library.diagnostics).toEqual([]);
    expect(library.pipelines.map(({ name }) => name)).toEqual(['orders']);
    expect(library.triggers.map(({ name }) => name)).toEqual(['from-queue']);
  });

  it('refuses pipelines of one name, and tells each place: which of them was meant is not ours to guess', () => {
    const library = compileLibrary([file('a.yaml', pipeline), file('b.yaml', pipeline)], language);

    expect(library.pipelines).toEqual([]);
    expect(library.diagnostics).toMatchObject([
      { code: 'pipeline_conflict', file: 'a.yaml', position: { line: 3 }, message: expect.stringContaining('b.yaml') },
      { code: 'pipeline_conflict', file: 'b.yaml', position: { line: 3 }, message: expect.stringContaining('a.yaml') },
    ]);
  });

  it('keeps what is good when a file is broken, and tells the place', () => {
    const broken = pipeline.replace('fn: work', 'fn: wrok').replace('name: orders', 'name: broken');

    const library = compileLibrary([file('broken.yaml', broken), file('orders.yaml', pipeline)], language);

    expect(library.pipelines.map(({ name }) => name)).toEqual(['orders']);
    expect(library.diagnostics).toMatchObject([{ file: 'broken.yaml', code: 'step_unknown', position: { line: 6 } }]);
  });

  it('lets pipelines include files of subfolders, which are no pipelines of their own', () => {
    const including = pipeline.replace(/ {4}- \{.*\n/, '    - !include shared/steps.yaml\n');
    const steps = '- { kind: function_node, metadata: { name: shared }, spec: { fn: work } }';

    const library = compileLibrary([file('orders.yaml', including), file('shared/steps.yaml', steps)], language);

    expect(library.diagnostics).toEqual([]);
    expect(library.pipelines.map(({ plan }) => plan.nodes.map(({ name }) => name))).toEqual([['shared']]);
  });

  it('tells what is wrong with an included file once, however many include it', () => {
    const including = (name: string) =>
      file(`${name}.yaml`, pipeline.replace('orders', name).replace(/ {4}- \{.*\n/, '    - !include shared/steps.yaml\n'));
    const steps = '- { kind: function_node, metadata: { name: shared }, spec: { fn: wrok } }';

    const library = compileLibrary([including('a'), including('b'), file('shared/steps.yaml', steps)], language);

    expect(library.diagnostics).toMatchObject([{ code: 'step_unknown', file: 'shared/steps.yaml' }]);
  });

  it('builds for an environment, with its variables', () => {
    const own = `${pipeline}  ports: { llm: { adapter: own } }\n`;
    const prod = `spec: { ports: { llm: { adapter: "\${ADAPTER}" } } }`;
    const files = [file('orders.yaml', own), file('environments/prod.yaml', prod)];

    const library = compileLibrary(files, language, { environment: 'production', variables: { ADAPTER: 'theirs' } });

    expect(library.diagnostics).toEqual([]);
    expect(library.pipelines[0]?.plan.ports?.['llm']?.adapters).toEqual([{ adapter: 'theirs', config: {} }]);
  });
});
