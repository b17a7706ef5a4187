import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import type { RunReport } from '../../src/testing/run-report.ts';
import { type PipelineTest, type TestOptions, testPipeline } from '../../src/testing/test-pipeline.ts';

class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** The steps that the language's vectors speak of. */
export const steps = [
  defineStep('const', () => ({ v: 1, name: 'n' })),
  defineStep('echo', (input) => input),
  defineStep('show', (input) => ({ got: input })),
  defineStep('num', () => 42),
  defineStep('none', () => null),
  defineStep('one', () => ({ a: 1 })),
  defineStep('two', () => ({ b: 2 })),
  defineStep('nullv', () => ({ v: null })),
  defineStep('boom', () => {
    throw new ValueError('boom');
  }),
  defineStep('double', (input) => 2 * Number(fieldsOf(input)['item'])),
  defineStep('mean', (input) => {
    const values = Array.isArray(input) ? input.map(Number) : [];
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }),
  defineStep('sum', (input) => (Array.isArray(input) ? input.reduce((sum, value) => sum + Number(value), 0) : null)),
  defineStep('kw', (input) => ({ b: 5, c: null, ...fieldsOf(input) }), { params: ['a', 'b', 'c'] }),
];

/** A pipeline `t` of these nodes, and of more keys of its `spec` if given. Both are YAML, written from the left margin. */
export function pipeline(nodes: string, more = '', options: TestOptions = {}): PipelineTest {
  return testPipeline({ text: pipelineText(nodes, more) }, { ...options, steps: [...steps, ...stepsOf(options)] });
}

export function pipelineText(nodes: string, more = '', name = 't'): string {
  const head = `apiVersion: hexdag/v1\nkind: Pipeline\nmetadata: {name: ${name}}\nspec:\n`;
  return `${head}${indented(more)}  nodes:\n${indented(nodes)}`;
}

/** The results of a run that completes. */
export async function results(nodes: string, input: JsonValue = {}, more = ''): Promise<JsonObject> {
  return completed(await pipeline(nodes, more).start(input)).results;
}

/** The report, once it is sure that the run has completed. */
export function completed(run: RunReport): RunReport {
  if (run.status === 'completed') return run;
  const why = [run.error?.message, ...run.diagnostics.map(({ code, message }) => `${code}: ${message}`)].join('\n');
  throw new Error(`The run is ${run.status}: ${why}`);
}

/** The codes of what makes a pipeline invalid. */
export function errorCodes({ diagnostics }: Pick<RunReport, 'diagnostics'>): readonly string[] {
  return diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

function stepsOf({ steps: given = [] }: TestOptions) {
  return Array.isArray(given) ? given : Object.entries(given).map(([name, run]) => defineStep(name, run));
}

function indented(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => `  ${line}\n`).join('');
}

export function fieldsOf(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
