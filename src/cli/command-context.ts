import { Option } from 'commander';
import type { Terminal } from './terminal.ts';

export type OutputFormat = 'text' | 'json';

/** What a command needs to do its work and to say how it ended. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** The exit code if nothing goes wrong; 0 unless set. */
  setExitCode(code: number): void;
}

/** `--output`, which every command has. */
export function outputOption(): Option {
  return new Option('--output <format>', 'how to print the result')
    .choices(['text', 'json'] satisfies OutputFormat[])
    .default('text');
}

/** `--env`, of the commands that compile documents. */
export function environmentOption(): Option {
  return new Option('--env <name>', 'compile for this environment: its ports, settings and variables');
}
