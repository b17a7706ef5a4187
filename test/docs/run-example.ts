import { expect } from 'vitest';
import { isJsonObject, type JsonValue } from '../../src/json.ts';
import type { Diagnostic } from '../../src/pipeline/diagnostic.ts';
import { formatDiagnostic } from '../../src/pipeline/format-diagnostic.ts';
import type { RunReport } from '../../src/testing/run-report.ts';
import { type PipelineTest, testPipeline } from '../../src/testing/test-pipeline.ts';
import { steps as projectSteps } from '../../steps/index.ts';
import { type Example, wholeDocument } from './guide.ts';
import type { Block } from './markdown-blocks.ts';
import { handlers, ports, services, steps } from './steps.ts';

/** Attributes of an input that are not variables. */
const VARIABLE = /^[A-Z_][A-Z0-9_]*$/;

/** The pipeline of an example, with the environment and the variables that a block asks for. */
export function compileExample({ block, files }: Example, { attributes }: Block = block): PipelineTest {
  const { env: environment } = attributes;
  const variables = Object.fromEntries(Object.entries(attributes).filter(([name]) => VARIABLE.test(name)));
  const definitions = { steps: [...projectSteps, ...steps], services, handlers, ports };
  const settings = { variables, ...(environment === undefined ? {} : { environment }) };
  return testPipeline({ text: wholeDocument(block), files }, { ...definitions, ...settings });
}

/** Codes of errors and warnings, each once. */
export function codesOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  const told = diagnostics.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
  return [...new Set(told)].sort();
}

/** What an attribute such as `codes=a,b` lists. */
export function listed(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .filter((word) => word !== '')
    .sort();
}

export function diagnosticText(example: Example): string {
  const source = wholeDocument(example.block);
  const { diagnostics } = compileExample(example);
  return `${diagnostics.map((one) => formatDiagnostic(one, source)).join('\n')}\n`;
}

/** Runs an example with each of its inputs and compares what comes out with what the page says. One without data only runs. */
export async function runExample(example: Example): Promise<void> {
  const data = example.data.filter(({ role }) => role !== 'diagnostic');
  let test = compileExample(example, data[0]);
  let run: RunReport | undefined;
  if (!data.some(isExpectation)) expect((await test.start()).status).not.toBe('invalid');
  for (const [index, block] of data.entries()) {
    if (!isExpectation(block)) expect(data[index + 1], `what follows the ${block.role}`).toBeDefined();
    if (block.role === 'input') {
      test = compileExample(example, block);
      run = await test.start(json(block));
    } else if (block.role === 'deliver') {
      run = await test.deliver(block.attributes['key'] ?? '', json(block));
    } else {
      run ??= await test.start();
      const { advance } = block.attributes;
      if (advance !== undefined) run = await test.advance(advance);
      compare(block, run);
    }
  }
}

/** Which status a block tells of, unless it says so. */
const STATUS: Readonly<Record<string, string>> = {
  output: 'completed',
  results: 'completed',
  error: 'failed',
  waiting: 'suspended',
};

function isExpectation({ role }: Block): boolean {
  return Object.hasOwn(STATUS, role);
}

function compare(block: Block, run: RunReport): void {
  const expected = json(block);
  const status = block.attributes['status'] ?? STATUS[block.role];
  expect({ status: run.status, error: status === run.status ? undefined : run.error }).toEqual({ status });
  if (block.role === 'output') expect(run.output).toEqual(expected);
  if (block.role === 'waiting') expect(run.waiting).toEqual(expected);
  if (block.role === 'error') expect(run.error).toMatchObject(Object(expected));
  if (block.role === 'results') compareResults(expected, run, block.attributes['partial'] !== undefined);
}

/** The nodes that the page shows; how long a composite node took is not shown. */
function compareResults(expected: JsonValue, { results }: RunReport, partial: boolean): void {
  for (const [node, result] of Object.entries(isJsonObject(expected) ? expected : {})) {
    const shown = withoutDuration(results[node] ?? null);
    if (partial) expect({ [node]: shown }).toMatchObject({ [node]: result });
    else expect({ [node]: shown }).toEqual({ [node]: result });
  }
}

function withoutDuration(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutDuration);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'duration_ms');
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutDuration(item)]));
}

export function json({ text, page, line }: Block): JsonValue {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${page}:${line}: this block is no JSON.`, { cause: error });
  }
}
