import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { verifyWebhook } from '../../src/webhooks/verify.ts';
import type { OrderBook } from './order-book.ts';
import { page } from './page.ts';
import type { Settings } from './settings.ts';

/** More than the app ever sends. */
const LIMIT_BYTES = 512 * 1024;

/** Results by callback, on `POST /callbacks`; and a page that shows them, on `GET /`. For this machine only. */
export async function startCallbackServer(
  { port, secrets }: Pick<Settings, 'port' | 'secrets'>,
  book: OrderBook,
): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // Anything but 2xx has the app call again.
      console.error('A callback is not taken:', error instanceof Error ? error.message : error);
      response.writeHead(500).end();
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(book));
    } else if (request.method === 'POST' && request.url === '/callbacks') {
      response.writeHead(await takeCallback(request)).end();
    } else {
      response.writeHead(404).end();
    }
  }

  /** The status to answer. The signature is over the bytes as they came, so they are read before anything looks into them. */
  async function takeCallback(request: IncomingMessage): Promise<number> {
    const body = await readBody(request);
    if (body === undefined) return 413;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    const verdict = verifyWebhook(standardWebhooks, { headers, body }, secrets, { now: Date.now() });
    if (verdict.kind === 'refused') {
      console.error(`A callback is refused: ${verdict.message}`);
      return 401;
    }
    book.take('callback', JSON.parse(body.toString()));
    return 204;
  }

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return server;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
