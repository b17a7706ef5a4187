/** Uses every way into a fresh local Azure and both ways out, as a backend and its partners would, and shows what came of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toFailure } from '../local/failure.ts';
import { formatReport } from './report.ts';
import { runDemo } from './run-demo.ts';

const USAGE = `Usage: hexdag demo [options]

Uses every way into a fresh local Azure: 200 orders on a queue, news of parcels on a subscription with sessions, a timer, files in a
container, signed webhooks and the HTTP API; on each with duplicates and with input that must be refused. Listens for the results on a topic
and by signed callbacks. Shows what became of everything, and exits with 0 only if all ended as it must.

Options:
  --output text|json   how to print the result (default text)
  --verbose            show what the app logs
  --help               print this
`;

const exitCode = await main(process.argv.slice(2));
// All is done and told: what a client still holds on to, such as a connection that broke while it closed, must not keep this waiting.
process.stdout.write('', () => process.exit(exitCode));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) return 2;
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'hexdag-demo-'));
  try {
    const tell = (line: string) => console.error(line);
    const report = await runDemo(folder, { verbose: options.verbose, tell });
    process.stdout.write(options.output === 'json' ? `${JSON.stringify(report)}\n` : formatReport(report));
    return report.ok ? 0 : 1;
  } catch (error) {
    const { code, message } = toFailure(error);
    console.error(`${code}: ${message}`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOptions(args: readonly string[]): { help: boolean; output: string; verbose: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        output: { type: 'string', default: 'text' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.output === 'text' || values.output === 'json') return values;
    console.error(`option_value: --output must be text or json, not "${values.output}".`);
  } catch (error) {
    console.error(`option_unknown: ${error instanceof Error ? error.message : String(error)} See --help.`);
  }
  return undefined;
}
