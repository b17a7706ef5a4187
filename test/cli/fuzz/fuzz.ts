import fc from 'fast-check';
import { CODES } from '../../../src/codes/catalogue.ts';
import { type CliResult, cli } from '../cli.ts';
import { type CommandLine, commandLines, SECRET } from './command-lines.ts';
import { Sandbox } from './sandbox.ts';

/** Longer is a hang in the making. */
const HANG_MS = 250;
const STACK = /\n\s+at .*:\d+:\d+\)?/;
/** What steers a terminal: control characters but for tabs and the ends of lines. */
const CONTROL = /[^\P{Cc}\t\n]/u;
const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype];

interface Answer {
  readonly diagnostics?: readonly { readonly code: string }[];
  readonly error?: { readonly code: string };
}

interface FuzzOptions {
  readonly count: number;
  readonly seed?: number;
  readonly onProgress?: (done: number) => void;
}

/** Runs as many command lines in process; each must end well or with a documented exit code, quickly, and leave nothing behind. */
export async function fuzzCommandLines({ count, seed = 20261121, onProgress }: FuzzOptions) {
  const sandbox = new Sandbox();
  const exits = new Map<string, number>();
  let slowestMs = 0;
  let done = 0;
  const property = fc.asyncProperty(commandLines, async (line) => {
    const names = prototypeNames();
    const strays = await sandbox.watch(async () => {
      sandbox.fill(line.files);
      const { result, ms } = await timed(line, sandbox);
      const fault = faultOf(line, result);
      if (fault !== undefined) throw new Error(`${fault}\nexit code ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
      if (ms > HANG_MS) throw new Error(`It took ${ms} ms.`);
      slowestMs = Math.max(slowestMs, ms);
      const exit = `${line.wellFormed ? line.args[0] : 'malformed'} ${result.exitCode}`;
      exits.set(exit, (exits.get(exit) ?? 0) + 1);
    });
    if (strays.length > 0) throw new Error(`It wrote to ${strays.join(', ')}.`);
    if (prototypeNames() !== names) throw new Error('A prototype has been changed.');
    done += 1;
    onProgress?.(done);
  });
  try {
    await fc.assert(property, { numRuns: count, seed });
  } finally {
    sandbox.close();
  }
  return { exits, slowestMs };
}

/** Time of the processor, since other programs may hold it meanwhile; what is really slow is slow again. */
async function timed(line: CommandLine, sandbox: Sandbox): Promise<{ readonly result: CliResult; readonly ms: number }> {
  const times: number[] = [];
  for (;;) {
    const start = process.cpuUsage();
    const result = await cli(line.args, line);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
    const ms = Math.min(...times);
    if (ms <= HANG_MS / 2 || times.length === 3) return { result, ms };
    sandbox.fill(line.files);
  }
}

function faultOf({ args, wellFormed, stdin }: CommandLine, { exitCode, stdout, stderr }: CliResult): string | undefined {
  const allowed = args[0] === 'run' ? [0, 1, 2, 3] : [0, 1, 2];
  if (!allowed.includes(exitCode)) return 'This exit code is not documented.';
  if (STACK.test(stdout) || STACK.test(stderr)) return 'A stack trace is shown.';
  if (CONTROL.test(stdout) || CONTROL.test(stderr)) return 'A control character reaches the terminal.';
  if ((stdout + stderr).includes(SECRET)) return 'A secret is shown.';
  if (exitCode === 2 && stderr === '') return 'Nothing says what is wrong with the command line.';
  const json = args.some((arg, index) => arg === '--output=json' || (arg === 'json' && args[index - 1] === '--output'));
  if (!wellFormed || !json) return undefined;
  const answers = exitCode === 2 ? stderr : stdout;
  const isLines = args[0] === 'eval' && args[1] === '-';
  const documents = isLines && exitCode !== 2 ? answers.split('\n').filter((answer) => answer !== '') : [answers];
  if (isLines && exitCode === 0 && documents.length !== stdin.split('\n').filter((text) => text.trim() !== '').length) {
    return 'Not every line has an answer.';
  }
  if (!documents.every(isJson)) return 'This is not JSON.';
  const unknown = documents.flatMap((text) => codesIn(JSON.parse(text))).find((code) => !CODES.has(code));
  return unknown === undefined ? undefined : `The code ${unknown} is not documented.`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The codes of what an answer tells: diagnostics, and an error. */
function codesIn({ diagnostics = [], error }: Answer): readonly string[] {
  return [...diagnostics, ...(error === undefined ? [] : [error])].map(({ code }) => code);
}

function prototypeNames(): string {
  return PROTOTYPES.map((prototype) => Object.getOwnPropertyNames(prototype).join()).join('\n');
}
