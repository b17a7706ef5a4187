import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';

/** Commands that are programs of their own, beside this one in `dist/`: they get every argument as it is, `--help` too. */
const PROGRAMS = [
  { name: 'start', summary: 'start the local Azure and the app on it' },
  { name: 'demo', summary: 'use every way into a fresh local Azure and show how everything ended' },
  { name: 'bench', summary: 'measure orders/s, latency, memory, recovery and cost per order' },
] as const;

export function addPrograms(parent: Command, setExitCode: (code: number) => void): void {
  for (const { name, summary } of PROGRAMS) {
    parent
      .command(name)
      .summary(summary)
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .argument('[arguments...]')
      .action(async (args: string[]) => setExitCode(await runProgram(name, args)));
  }
}

function runProgram(name: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, `${name}.mjs`), ...args],
      {
        stdio: 'inherit',
      },
    );
    // Ctrl-C reaches the program too, which decides how to end.
    const stay = () => undefined;
    const pass = () => child.kill('SIGTERM');
    process.on('SIGINT', stay);
    process.on('SIGTERM', pass);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', stay);
      process.off('SIGTERM', pass);
      resolve(code ?? 1);
    });
  });
}
