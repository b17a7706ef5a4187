/** Something the user can put right: it ends the command with this exit code and no stack. */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.exitCode = options.exitCode ?? EXIT.usage;
  }
}

export const EXIT = {
  ok: 0,
  /** The command was understood, and its answer is no: faults found, orders failed, nothing there. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A fault of this program (EX_SOFTWARE of sysexits). */
  bug: 70,
  /** Ended by Ctrl-C: 128 and the number of the signal. */
  interrupted: 130,
} as const;
