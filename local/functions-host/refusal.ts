import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long what a client still sends is read and thrown away, so that it gets to read the answer. */
const DRAIN_MS = 5_000;
const TIMED_OUT = 408;

/** A refusal of the server itself, before any function: Azure's has the status alone, this one also says what it means. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

function refusalBody({ status, code, detail }: Refusal): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail });
}

/** Answers a request that is not begun. Its connection stays: whoever sent it is to come again. */
export function turnAway(response: ServerResponse, refusal: Refusal, retryAfterSeconds: number): void {
  const body = refusalBody(refusal);
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'retry-after': String(retryAfterSeconds),
  };
  response.writeHead(refusal.status, headers).end(body);
}

/** Answers a request whose body is not wanted to its end, and ends the connection. Whoever went away is not waited for. */
export async function refuseRequest(request: IncomingMessage, response: ServerResponse, refusal: Refusal): Promise<void> {
  if (request.destroyed) return;
  const body = refusalBody(refusal);
  const headers = { 'content-type': 'application/problem+json', 'content-length': Buffer.byteLength(body), connection: 'close' };
  response.writeHead(refusal.status, headers);
  // The answer is whole with this; ending the response would take the connection away from a client that still sends.
  response.write(body);
  if (refusal.status !== TIMED_OUT) {
    request.resume();
    await once(request, 'close', { signal: AbortSignal.timeout(DRAIN_MS) }).catch(() => undefined);
  }
  response.end();
}

/** Answers what could not be read as a request. */
export function refuseConnection(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = refusalBody(refusal);
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? 'Error'}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), DRAIN_MS).unref();
}
