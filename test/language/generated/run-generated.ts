import fc from 'fast-check';
import { CODES } from '../../../src/codes/catalogue.ts';
import type { JsonObject } from '../../../src/json.ts';
import { defineService } from '../../../src/nodes/services.ts';
import { defineStep } from '../../../src/nodes/steps.ts';
import { planHash } from '../../../src/pipeline/plan-hash.ts';
import type { HttpClient } from '../../../src/ports/http-client.ts';
import type { RunReport } from '../../../src/testing/run-report.ts';
import { type PipelineTest, type TestOptions, testPipeline } from '../../../src/testing/test-pipeline.ts';
import { steps } from '../language.ts';
import { type GeneratedPipeline, generatePipeline } from './pipelines.ts';

/** Longer than any of these runs takes, by far. */
const HANG_MS = 10_000;
/** Faults told in full. */
const MAX_TOLD = 3;
/** Errors that only a fault of this program gives. */
const INTERNAL_CODES = ['node_kind_unknown', 'run_abandoned', 'orchestration_ended', 'unexpected'];
/** How V8 and zod speak. */
const PLATFORM =
  /Cannot (?:read|set|convert|destructure)|is not (?:a function|iterable|defined|a constructor)|Maximum call stack|Invalid (?:array|string) length|invalid_type/;

class FlakyError extends Error {
  override readonly name = 'FlakyError';
}

class ServiceError extends Error {
  override readonly name = 'ServiceError';
}

const http: HttpClient = { send: async ({ method }) => ({ status: 200, body: method === 'GET' ? { ok: true } : null }) };

const orders = defineService('Orders', () => ({
  methods: {
    save: { params: ['order_id', 'qty'], run: (input: JsonObject) => input },
    snapshot: {
      run: () => {
        throw new ServiceError('no');
      },
    },
  },
}));

/** How many runs ended in which way. */
type Tally = Map<string, number>;

/**
 * Generates pipelines, and runs those that compile: each must complete, wait, or fail with a documented code. Pipelines that do not
 * compile are refused with documented codes.
 */
export async function runGenerated(
  count: number,
  seed = 20261121,
  onProgress: (done: number) => void = () => {},
): Promise<Tally> {
  const tally: Tally = new Map();
  const add = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);
  const faults: string[] = [];
  let done = 0;
  const property = fc.asyncProperty(fc.gen(), async (draw) => {
    const generated = generatePipeline(draw);
    const logged: string[] = [];
    try {
      await inTime(check(generated, logged, add));
    } catch (error) {
      const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
      faults.push([told, ...logged, JSON.stringify(generated)].join('\n'));
    }
    done += 1;
    onProgress(done);
  });
  await fc.assert(property, { numRuns: count, seed });
  if (faults.length > 0) throw new Error(`${faults.length} of ${count} have a fault:\n${faults.slice(0, MAX_TOLD).join('\n\n')}`);
  return tally;
}

async function check({ text, files, input }: GeneratedPipeline, logged: string[], add: (what: string) => void): Promise<void> {
  const test = testPipeline({ text, files }, options(logged));
  for (const { code } of test.diagnostics) if (!CODES.has(code)) throw new Error(`The diagnostic ${code} is not documented.`);
  if (test.plan === undefined) {
    add('refused');
    for (const { code, severity } of test.diagnostics) if (severity === 'error') add(`refused: ${code}`);
    return;
  }
  checkPlan(test, testPipeline({ text, files }, options([])));
  const reports = [await test.start(input)];
  for (const { eventKey } of reports[0]?.waiting ?? []) reports.push(await test.deliver(eventKey, { v: 1 }));
  if (reports.at(-1)?.status === 'suspended') reports.push(await test.advance('365d'));
  for (const report of reports) checkReport(report);
  const last = reports.at(-1);
  add(last?.error === undefined ? (last?.status ?? 'none') : `${last.status}: ${last.error.code}`);
}

function options(logged: string[]): TestOptions {
  let calls = 0;
  const flaky = defineStep('flaky', () => {
    calls += 1;
    if (calls % 3 !== 0) throw new FlakyError('not yet');
    return { n: 3 };
  });
  const log: TestOptions['log'] = (level, message, properties) => {
    if (level === 'error') logged.push(`${message} ${JSON.stringify(properties)}`);
  };
  return { steps: [...steps, flaky], services: [orders], ports: { api_call: http }, log };
}

/** A plan is plain data, and the same whenever it is made. */
function checkPlan({ plan }: PipelineTest, { plan: again }: PipelineTest): void {
  if (plan === undefined || again === undefined) throw new Error('It compiles only sometimes.');
  const text = JSON.stringify(plan);
  const read = JSON.parse(text);
  if (JSON.stringify(read) !== text) throw new Error('The plan changes when it is written and read.');
  if (planHash(read) !== planHash(plan)) throw new Error("The plan's hash changes when it is written and read.");
  if (JSON.stringify(again) !== text) throw new Error('Compiled again, it is another plan.');
}

function checkReport({ status, error, results, diagnostics }: RunReport): void {
  if (status === 'cancelled' && error === undefined) throw new Error('It was cancelled without a reason.');
  if (status === 'invalid') {
    for (const { code } of diagnostics) if (!CODES.has(code)) throw new Error(`The code ${code} is not documented.`);
    return;
  }
  if ((status === 'failed') !== (error !== undefined) && status !== 'cancelled')
    throw new Error(`It is ${status} with ${JSON.stringify(error)}.`);
  if (error !== undefined) checkError(error);
  for (const result of Object.values(results)) {
    const failure = (result as JsonObject | null)?.['_error'] as JsonObject | undefined;
    if (failure !== undefined) checkType(String(failure['type']), JSON.stringify(failure));
  }
}

function checkError({ code, type, message }: NonNullable<RunReport['error']>): void {
  if (!CODES.has(code)) throw new Error(`The run's code ${code} is not documented.`);
  if (INTERNAL_CODES.includes(code)) throw new Error(`The run failed by an internal error: ${code} ${message}`);
  if (code === 'step_failed') checkType(type, message);
}

/** What steps throw is theirs. What the platform throws (and names so) comes from a fault of this program. */
function checkType(type: string, told: string): void {
  if (/^(?:Error|\$?ZodError|ReferenceError)$/.test(type) || PLATFORM.test(told))
    throw new Error(`A node failed by an internal error: ${type} ${told}`);
}

async function inTime(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It hangs.')), HANG_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
