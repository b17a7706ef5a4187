import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { RawRequest } from './requests.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends requests as they are, whatever an ordinary client would make of them. */
export class RawClient {
  readonly #agent: Agent;
  readonly #origin: URL;

  constructor(origin: string, maxSockets: number) {
    this.#origin = new URL(origin);
    this.#agent = new Agent({ keepAlive: true, maxSockets });
  }

  /** The answer, or undefined if the app ended the connection before it was read. */
  async send({ method, path, headers, body }: RawRequest): Promise<RawAnswer | undefined> {
    const { hostname, port, host } = this.#origin;
    const own = headers.some(([name]) => name === 'host') ? [] : [['host', host] as const];
    const length = body.length > 0 ? [['content-length', String(body.length)] as const] : [];
    const all = [...own, ...headers, ...length].flat();
    const sent = request({ agent: this.#agent, hostname, port, method, path, headers: all });
    sent.end(body);
    const response = await responseOf(sent);
    if (response === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const pairs = Object.entries(response.headersDistinct).flatMap(([name, values = []]) => values.map((value) => [name, value]));
    return { status: response.statusCode ?? 0, headers: new Headers(pairs), body: Buffer.concat(chunks).toString() };
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function responseOf(sent: ClientRequest): Promise<IncomingMessage | undefined> {
  try {
    const [response]: IncomingMessage[] = await once(sent, 'response');
    return response;
  } catch {
    return undefined;
  }
}
