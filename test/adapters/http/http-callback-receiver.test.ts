import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpCallbackReceiver } from '../../../src/adapters/http/http-callback-receiver.ts';
import { standardWebhooks } from '../../../src/webhooks/standard-webhooks.ts';
import { verifyWebhook } from '../../../src/webhooks/verify.ts';
import { runEvent } from '../../conformance/records.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { type SeenRequest, TestHttpServer } from './http-server.ts';

const OLD = `whsec_${'b2xk'.repeat(8)}`;
const NEW = `whsec_${'bmV3'.repeat(8)}`;
const EVENT = runEvent('run-1', { id: 'run-1:waiting:each[0]/approval', data: { text: 'Größe 🙂' }, traceparent: '00-trace' });

let server: TestHttpServer | undefined;

afterEach(() => server?.close());

/** A receiver whose other end answers like that. */
async function receiver(answer: (response: ServerResponse) => void, secrets: readonly string[] = [NEW], timeoutMs = 10_000) {
  server = await TestHttpServer.start((_, response) => answer(response));
  const clock = new ManualClock();
  return {
    clock,
    receiver: new HttpCallbackReceiver({ url: `${server.origin}/hooks?token=t0p`, secrets }, clock, { timeoutMs }),
  };
}

function status(code: number, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse) => void response.writeHead(code, headers).end('Some words.');
}

function verify({ headers, body }: SeenRequest, secret: string, now: number) {
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return verifyWebhook(standardWebhooks, { headers: pairs, body: Buffer.from(body) }, [secret], { now });
}

describe('calling back', () => {
  it('sends the CloudEvent, signed so that whoever has either secret can tell', async () => {
    const { clock, receiver: callback } = await receiver(status(204), [NEW, OLD]);

    await callback.call(EVENT);

    const [request] = server?.requests ?? [];
    const verdicts = [NEW, OLD].map((secret) => request && verify(request, secret, clock.now()));
    expect(request).toMatchObject({ method: 'POST', url: '/hooks?token=t0p' });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': EVENT.id,
      traceparent: '00-trace',
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({ specversion: '1.0', ...EVENT, datacontenttype: 'application/json' });
    expect(verdicts).toMatchObject([
      { kind: 'accepted', deliveryId: EVENT.id },
      { kind: 'accepted', deliveryId: EVENT.id },
    ]);
  });

  it('sends the same id and body at each repetition, with a time and a signature of its own', async () => {
    const { clock, receiver: callback } = await receiver(status(200));

    await callback.call(EVENT);
    clock.advance(60_000);
    await callback.call(EVENT);

    const [first, second] = server?.requests ?? [];
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    expect(second && verify(second, NEW, clock.now())).toMatchObject({ kind: 'accepted' });
  });

  it.each([
    [400, {}, { code: 'http_status', status: 400 }],
    [429, { 'retry-after': '7' }, { code: 'http_status', retryAfterMs: 7_000 }],
    [503, { 'retry-after': 'Thu, 01 Jan 2026 00:02:00 GMT' }, { code: 'http_status', retryAfterMs: 120_000 }],
    [410, {}, { code: 'callback_gone' }],
  ])('fails on %i, as far as the answer tells', async (code, headers, error) => {
    const { receiver: callback } = await receiver(status(code, headers));

    const call = callback.call(EVENT);

    await expect(call).rejects.toMatchObject(error);
    await expect(call).rejects.toThrow(`answered ${code}`);
    await expect(call).rejects.not.toThrow('t0p');
  });

  it('follows no redirect', async () => {
    const { receiver: callback } = await receiver((response) => response.writeHead(307, { location: '/elsewhere' }).end());

    await expect(callback.call(EVENT)).rejects.toMatchObject({ code: 'http_status', status: 307 });
    expect(server?.requests).toHaveLength(1);
  });

  it('waits no longer than its time for an answer, and reads no answer to its end', async () => {
    const silent = await receiver(() => {}, [NEW], 50);
    await expect(silent.receiver.call(EVENT)).rejects.toMatchObject({ code: 'http_unreachable', retryable: true });
    await server?.close();

    const endless = await receiver((response) => void response.writeHead(200).write('.'));
    await expect(endless.receiver.call(EVENT)).resolves.toBeUndefined();
  });

  it('says that nobody is there', async () => {
    const { receiver: callback } = await receiver(status(200));
    await server?.close();

    await expect(callback.call(EVENT)).rejects.toMatchObject({ code: 'http_unreachable' });
    await expect(callback.call(EVENT)).rejects.toThrow('ECONNREFUSED');
  });

  it("never calls the platform's own addresses, by whichever name", async () => {
    const lookup = async () => ['169.254.169.254'];
    const settings = { url: 'https://backend.example/', secrets: [NEW] };
    const callback = new HttpCallbackReceiver(settings, new ManualClock(), { lookup });

    await expect(callback.call(EVENT)).rejects.toMatchObject({ code: 'url_not_allowed' });
  });
});
