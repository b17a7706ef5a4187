import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { standardWebhooks } from '../src/webhooks/standard-webhooks.ts';
import { verifyWebhook } from '../src/webhooks/verify.ts';
import { type RunEnded, readRunEnded } from './run-events.ts';

/** The backend's end of the callback: believes what is signed, knows by its id what comes again. */
export class CallbackReceiver {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  readonly #server: Server;
  readonly #seen = new Set<string>();
  /** Calls whose signature was right, and those of them that came again. */
  calls = 0;
  repeated = 0;
  refused = 0;
  onEnded: (run: RunEnded) => void = () => {};

  constructor() {
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => response.writeHead(500).end());
    });
  }

  /** Returns where it is to be called. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/callbacks`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    const verdict = verifyWebhook(standardWebhooks, { headers, body }, [this.secret], { now: Date.now() });
    response.writeHead(verdict.kind === 'accepted' ? 204 : 401).end();
    if (verdict.kind === 'refused') {
      this.refused += 1;
      return;
    }
    this.calls += 1;
    const id = verdict.deliveryId ?? '';
    if (this.#seen.has(id)) this.repeated += 1;
    this.#seen.add(id);
    const ended = readRunEnded(JSON.parse(body.toString()));
    if (ended !== undefined) this.onEnded(ended);
  }
}
