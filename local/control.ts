import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { toFailure } from './failure.ts';
import type { LocalAzure } from './local-azure.ts';

const MAX_BODY_BYTES = 65_536;

export interface Control {
  readonly origin: string;
  close(): void;
}

/**
 * A small HTTP endpoint to watch and disturb the local Azure:
 * `GET /status` (pids, restarts), `GET /counters` (figures of every server since its process started),
 * `POST /cosmos/throttle` (a throttle rule of the Cosmos endpoint, or `null` to end it).
 */
export async function startControl(azure: LocalAzure): Promise<Control> {
  const server = createServer((request, response) => {
    answer(azure, request).then(
      (result) => send(response, result.status, result.body),
      (error: unknown) => {
        const { code, message } = toFailure(error);
        send(response, code === 'refused' ? 400 : 503, { error: message });
      },
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(azure: LocalAzure, request: IncomingMessage): Promise<Answer> {
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /status') return { status: 200, body: azure.status() };
  if (route === 'GET /counters') return { status: 200, body: await counters(azure) };
  if (route === 'POST /cosmos/throttle') {
    const rule = parse(await readBody(request));
    if (rule === undefined) return { status: 400, body: { error: 'The body must be a throttle rule as JSON, or null.' } };
    return { status: 200, body: (await azure.ask('stores', 'throttle', rule)) ?? null };
  }
  return { status: 404, body: { error: `There is no ${route}; see GET /status, GET /counters, POST /cosmos/throttle.` } };
}

async function counters(azure: LocalAzure): Promise<object> {
  const [stores, host] = await Promise.all([azure.ask('stores', 'counters'), azure.ask('host', 'counters')]);
  return { ...(typeof stores === 'object' ? stores : {}), ...(typeof host === 'object' ? host : {}) };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('The body is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The value, or undefined if the text is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
