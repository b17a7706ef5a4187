import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { httpClientAdapter } from '../../../src/adapters/http/http-client-adapter.ts';
import type { JsonObject } from '../../../src/json.ts';
import { isHttpClient } from '../../../src/ports/http-client.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { TestHttpServer } from './http-server.ts';

let server: TestHttpServer | undefined;

afterEach(() => server?.close());

async function get(answer: (response: ServerResponse) => void, config: JsonObject, signal = new AbortController().signal) {
  server = await TestHttpServer.start((_, response) => answer(response));
  const client = httpClientAdapter.create(
    { base_url: server.origin, ...config },
    { port: 'api', clock: new ManualClock(), log: () => undefined },
  );
  if (!isHttpClient(client)) throw new TypeError('The adapter makes HTTP clients.');
  return client.send({ method: 'GET', url: '/x', headers: {}, query: {}, signal });
}

/** Sends as fast as the other side takes it, and never ends. */
function flood(response: ServerResponse): void {
  const chunk = 'x'.repeat(64 * 1024);
  const send = () => {
    while (response.write(chunk));
  };
  response.on('drain', send);
  send();
}

describe('an answer without end', () => {
  it('EX17 is refused when it is larger than allowed, and the transfer ends', async () => {
    const closed = Promise.withResolvers<void>();

    const sent = get(
      (response) => {
        response.on('close', closed.resolve);
        flood(response);
      },
      { max_response_bytes: 100_000 },
    );

    await expect(sent).rejects.toMatchObject({ code: 'http_response_invalid', retryable: false });
    await expect(sent).rejects.toThrow('larger than 100000 bytes');
    await closed.promise;
  });

  it("EX17 that trickles ends with the client's time, and may be tried again", async () => {
    const sent = get((response) => response.write('.'), { timeout: 0.1 });

    await expect(sent).rejects.toMatchObject({ code: 'http_unreachable', retryable: true });
  });

  it("EX17 that trickles ends with the node's time", async () => {
    const node = new AbortController();
    const reason = new Error('the node is out of time');

    const sent = get((response) => response.write('.', () => node.abort(reason)), {}, node.signal);

    await expect(sent).rejects.toBe(reason);
  });
});
