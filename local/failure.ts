import type { Failure } from './messages.ts';

/** The local Azure cannot run: what is wrong, where, and what to do. */
export class LocalAzureError extends Error {
  readonly code: string;

  constructor({ code, message }: Failure, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LocalAzureError';
    this.code = code;
  }
}

/** What to tell about any error: its own code and message if it was written for people, else where it comes from. */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'unexpected', message: String(error) };
  if (!('code' in error) || typeof error.code !== 'string' || !/^[a-z_]+$/.test(error.code)) {
    return { code: 'unexpected', message: error.stack ?? error.message };
  }
  const reason = error instanceof LocalAzureError || !(error.cause instanceof Error) ? '' : ` (${error.cause.message})`;
  return { code: error.code, message: `${error.message}${reason}` };
}

/** Names the option behind a port that could not be opened; other errors pass unchanged. */
export function explainPort(error: unknown, port: number, option: string): unknown {
  const reason = listenErrorCode(error);
  if (reason === 'EADDRINUSE') {
    const message = `Port ${port} is taken by another process: stop that one, or choose another port with ${option} (0 takes any free one).`;
    return new LocalAzureError({ code: 'port_in_use', message }, error);
  }
  if (reason === 'EACCES') {
    const message = `Port ${port} may not be opened by this user: choose one above 1023 with ${option} (0 takes any free one).`;
    return new LocalAzureError({ code: 'port_not_permitted', message }, error);
  }
  return error;
}

function listenErrorCode(error: unknown): unknown {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && 'syscall' in current && current.syscall === 'listen') return current.code;
  }
  return undefined;
}
