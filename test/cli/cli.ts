import { runCli } from '../../src/cli/run.ts';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line as the `hexdag` command does, with its own streams and environment. */
export async function cli(
  args: readonly string[],
  { stdin = '', environment = {} }: { stdin?: string; environment?: Record<string, string> } = {},
): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: (async function* () {
      yield stdin;
    })(),
    environment,
  });
  return { exitCode, stdout, stderr };
}
