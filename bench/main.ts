/** Measures what an order costs, and how many of them there can be. */
import { parseArgs } from 'node:util';
import { toFailure } from '../local/failure.ts';
import type { FloodPlan } from './flood.ts';
import { measure, type Plan } from './measure.ts';
import { formatReport } from './report.ts';
import { formatFloods, measureWebhooks } from './webhooks.ts';

const USAGE = `Usage: hexdag bench [webhooks] [options]

Runs a pipeline of five steps on a fresh local Azure and measures: cold start, orders/s of bursts, latency under steady load,
memory, recovery after the host is killed, and what an order costs. Takes about a minute a run.
With webhooks, offers 2,000 webhooks a second for ten seconds instead, and counts what became of them; N times on one local Azure.

Options:
  --runs N             how often to measure everything (default 3)
  --quick              one short run, to see that it works
  --output text|json   how to print the result (default text)
  --help               print this
`;

const FULL: Plan = { bursts: [500, 2000], warmUp: 100, steady: { perSecond: 20, seconds: 20 }, recovery: 500 };
const QUICK: Plan = { bursts: [200], warmUp: 20, steady: { perSecond: 20, seconds: 2 }, recovery: 100 };

const FULL_FLOOD: FloodPlan = { perSecond: 2_000, seconds: 10 };
const QUICK_FLOOD: FloodPlan = { perSecond: 500, seconds: 2 };

interface Options {
  readonly webhooks: boolean;
  readonly runs: number;
  readonly quick: boolean;
  readonly output: 'text' | 'json';
  readonly help: boolean;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) return 2;
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    process.stdout.write(options.webhooks ? await floodReport(options) : await orderReport(options));
    return 0;
  } catch (error) {
    const { code, message } = toFailure(error);
    console.error(`${code}: ${message}`);
    return 1;
  }
}

async function orderReport(options: Options): Promise<string> {
  const plan = options.quick ? QUICK : FULL;
  const runs = await repeat(options, () => measure(plan, (line) => console.error(`  ${line}`)));
  return options.output === 'json' ? `${JSON.stringify({ runs })}\n` : `\n${formatReport(runs)}`;
}

async function floodReport(options: Options): Promise<string> {
  const plan = options.quick ? QUICK_FLOOD : FULL_FLOOD;
  const floods = await measureWebhooks(plan, options.runs);
  return options.output === 'json' ? `${JSON.stringify({ floods })}\n` : `\n${formatFloods(floods)}`;
}

async function repeat<Result>({ runs }: Options, measureOnce: () => Promise<Result>): Promise<readonly Result[]> {
  const measurements: Result[] = [];
  for (let run = 1; run <= runs; run += 1) {
    console.error(`run ${run} of ${runs}`);
    measurements.push(await measureOnce());
  }
  return measurements;
}

function readOptions(args: readonly string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        runs: { type: 'string' },
        quick: { type: 'boolean', default: false },
        output: { type: 'string', default: 'text' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const runs = values.runs ?? (values.quick ? '1' : '3');
    if (!/^[1-9]\d?$/.test(runs)) return mistake('option_value', `--runs must be a whole number from 1 to 99, not "${runs}".`);
    const [what, ...others] = positionals;
    if (others.length > 0 || (what !== undefined && what !== 'webhooks')) {
      return mistake('argument_unexpected', `The only thing to name is webhooks, not "${positionals.join(' ')}".`);
    }
    const { output, quick, help } = values;
    if (output !== 'text' && output !== 'json') return mistake('option_value', `--output must be text or json, not "${output}".`);
    return { webhooks: what === 'webhooks', runs: Number(runs), quick, output, help };
  } catch (error) {
    return mistake('option_unknown', `${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function mistake(code: string, message: string): undefined {
  console.error(`${code}: ${message}`);
  return undefined;
}
