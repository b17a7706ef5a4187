import { parseArgs } from 'node:util';
import { DEFAULT_DATA_FOLDER } from './data-folder.ts';
import { LocalAzureError } from './failure.ts';
import type { StorePorts } from './messages.ts';

export const USAGE = `Usage: hexdag start [options]

Starts the local Azure (Service Bus, Cosmos DB, Blob storage, Functions host) and this app on it.

Options:
  --data DIR               keep everything in DIR (default ${DEFAULT_DATA_FOLDER})
  --ephemeral              keep everything in a temporary folder, on free ports, and remove it at the end
  --app DIR                run the Functions app in DIR (default: this project)
  --port N                 HTTP of the Functions host (default 7071; 0 takes a free one)
  --service-bus-port N     AMQP of Service Bus (default 5672)
  --cosmos-port N          HTTP of Cosmos DB (default 8081)
  --blob-port N            HTTP of Blob storage (default 10000)
  --enable-auth            ask for a function key as Azure does, and print the one that opens all functions
  --json                   print one line of JSON when ready (or when it cannot start), and nothing else, on standard output
  --verbose                print everything the host logs on standard error
  --help                   print this
`;

export interface Options {
  /** Undefined: ephemeral. */
  readonly data: string | undefined;
  readonly app: string | undefined;
  readonly ports: StorePorts & { readonly functions: number };
  readonly enableAuth: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
}

/** @throws LocalAzureError `option_unknown`, `option_value` */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  if (values.ephemeral === true && values.data !== undefined) {
    throw new LocalAzureError({
      code: 'option_value',
      message: '--ephemeral keeps nothing and --data keeps everything: use one of them.',
    });
  }
  const port = (name: string, text: string | undefined, standard: number) =>
    text === undefined ? (values.ephemeral === true ? 0 : standard) : readPort(name, text);
  return {
    data: values.ephemeral === true ? undefined : (values.data ?? DEFAULT_DATA_FOLDER),
    app: values.app,
    ports: {
      functions: port('--port', values.port, 7071),
      serviceBus: port('--service-bus-port', values['service-bus-port'], 5672),
      cosmos: port('--cosmos-port', values['cosmos-port'], 8081),
      blob: port('--blob-port', values['blob-port'], 10_000),
    },
    enableAuth: values['enable-auth'] ?? false,
    json: values.json ?? false,
    verbose: values.verbose ?? false,
    help: values.help ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        ephemeral: { type: 'boolean' },
        app: { type: 'string' },
        port: { type: 'string' },
        'service-bus-port': { type: 'string' },
        'cosmos-port': { type: 'string' },
        'blob-port': { type: 'string' },
        'enable-auth': { type: 'boolean' },
        json: { type: 'boolean' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new LocalAzureError({ code: 'option_unknown', message: `${reason} See --help.` }, error);
  }
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new LocalAzureError({ code: 'option_value', message: `${name} must be a port number from 0 to 65535, not "${text}".` });
}
