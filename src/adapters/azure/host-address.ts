import { parseArgs } from 'node:util';

/** Where the Functions host listens for its worker, and how large a message it takes. */
export interface HostAddress {
  /** `host:port` */
  readonly target: string;
  readonly maxMessageBytes?: number;
}

/** Reads what the host started this process with: `--functions-uri`, or `--host` and `--port` of older hosts. Null: no host did. */
export function readHostAddress(argv: readonly string[]): HostAddress | null {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      host: { type: 'string' },
      port: { type: 'string' },
      'functions-uri': { type: 'string' },
      'functions-grpc-max-message-length': { type: 'string' },
      grpcMaxMessageLength: { type: 'string' },
    },
  });
  const target = targetOf(text(values['functions-uri']), text(values.host), text(values.port));
  if (target === undefined) return null;
  const limit = Number(text(values['functions-grpc-max-message-length']) ?? text(values.grpcMaxMessageLength));
  return Number.isSafeInteger(limit) && limit > 0 ? { target, maxMessageBytes: limit } : { target };
}

function targetOf(uri: string | undefined, host: string | undefined, port: string | undefined): string | undefined {
  if (host !== undefined && port !== undefined) return `${host}:${port}`;
  if (uri === undefined || !URL.canParse(uri)) return undefined;
  const address = new URL(uri);
  return address.port === '' ? undefined : address.host;
}

function text(value: string | boolean | (string | boolean)[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
