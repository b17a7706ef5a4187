import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runId } from '../../src/triggers/run-id.ts';
import { RunEvents } from './run-events.ts';
import { Stack } from './stack.ts';
import { BAD_REQUESTS } from './webhooks/bad-requests.ts';
import { OLD_SECRET, SECRET, send, signed, type WebhookAnswer, type WebhookRequest } from './webhooks/requests.ts';

let stack: Stack;
let events: RunEvents;

beforeAll(async () => {
  const settings = { PIPELINES_DIRECTORY: 'test/e2e/webhooks', TEST_SECRET: SECRET, TEST_OLD_SECRET: OLD_SECRET };
  stack = await Stack.start(settings, 'ignore');
  events = new RunEvents(stack);
});

afterAll(async () => {
  await events?.close();
  await stack?.stop();
});

function post(request: WebhookRequest): Promise<WebhookAnswer> {
  return send(stack.ready.http, request);
}

function postSigned(path: string, body: string, signing: Parameters<typeof signed>[1] = {}): Promise<WebhookAnswer> {
  return post({ path, headers: signed(body, signing), body });
}

/** The ids of all runs there are. */
async function runIds(): Promise<Set<string>> {
  const query = stack.runs.items.query<{ runId: string }>("SELECT c.runId FROM c WHERE c.id = 'run'");
  const { resources } = await query.fetchAll();
  return new Set(resources.map((run) => run.runId));
}

describe('a bad request', () => {
  it.each(BAD_REQUESTS)('$id: $what is refused ($status, $code), and starts nothing', async ({ request, ...wanted }) => {
    const answer = await post(request());

    const { detail = '', code = null } = answer.body ?? {};
    expect({ status: answer.status, code }).toEqual({ status: wanted.status, code: wanted.code });
    expect(wanted.words.filter((word) => !String(detail).includes(word))).toEqual([]);
    expect(answer.headers).toMatchObject(wanted.answered ?? {});
    expect(JSON.stringify(answer.body)).not.toContain(SECRET.slice(6));
    expect(await runIds()).toEqual(new Set());
  });

  it('WH25: whose body stops coming is refused (408, request_timeout), and starts nothing', async () => {
    const socket = connect(Number(new URL(stack.ready.http).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    const ended = once(socket, 'end');

    socket.write('POST /api/webhooks/standard HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nfive.');
    await ended;
    socket.destroy();

    const answer = Buffer.concat(chunks).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/"code":"request_timeout","detail":"[^"]*body/);
    expect(await runIds()).toEqual(new Set());
  });
});

describe('the handshake of CloudEvents', () => {
  it('WH37: gives no consent to an origin that is not allowed', async () => {
    const answer = await post({ path: 'cloud', method: 'OPTIONS', headers: { 'webhook-request-origin': 'evil.example' } });

    expect(answer.status).toBe(204);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  it('WH38: never calls the address that is offered for consenting later', async () => {
    let calls = 0;
    const callback = createServer((_request, response) => {
      calls += 1;
      response.end();
    });
    await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve));
    const address = callback.address();
    const offered = [`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`, 'http://169.254.169.254/'];

    const answers = await Promise.all(
      ['eventgrid.azure.net', 'evil.example'].flatMap((origin) =>
        offered.map((url) =>
          post({
            path: 'cloud',
            method: 'OPTIONS',
            headers: { 'webhook-request-origin': origin, 'webhook-request-callback': url },
          }),
        ),
      ),
    );
    await new Promise((resolve) => callback.close(resolve));

    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect(calls).toBe(0);
  });

  it('gives consent, and the rate, to one that is', async () => {
    const answer = await post({ path: 'cloud', method: 'OPTIONS', headers: { 'webhook-request-origin': 'eventgrid.azure.net' } });

    expect(answer.headers).toMatchObject({
      allow: 'POST, OPTIONS',
      'webhook-allowed-origin': 'eventgrid.azure.net',
      'webhook-allowed-rate': '1000000',
    });
  });
});

describe('a good request', () => {
  it('WH14: is accepted, and the same one again names the same run, of which there is one', async () => {
    const body = '{"note":"once"}';
    const headers = signed(body, { id: 'msg_once' });

    const first = await post({ path: 'standard', headers, body });
    await events.untilAll(['msg_once']);
    const again = await post({ path: 'standard', headers, body });

    const id = runId('standard', 'msg_once');
    expect([first.status, again.status]).toEqual([202, 202]);
    expect([first.body, again.body]).toEqual([
      { runId: id, duplicate: false },
      { runId: id, duplicate: true },
    ]);
    expect(await runIds()).toEqual(new Set([id]));
    expect(events.of('msg_once')).toMatchObject([{ type: 'hexdag.run.completed', data: { output: { note: 'once' } } }]);
  });

  it('WH15: with an id that was used before, for another body, is refused with the first run, and starts nothing', async () => {
    const first = await postSigned('standard', '{"note":"first"}', { id: 'msg_two' });

    const runs = await runIds();

    const other = await postSigned('standard', '{"note":"other"}', { id: 'msg_two' });
    await events.untilAll(['msg_two']);

    const { runId: id } = first.body ?? {};
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_payload_mismatch', runId: id } });
    expect(other.body?.['detail']).toContain(id);
    expect(await runIds()).toEqual(runs);
    expect(events.of('msg_two')).toMatchObject([{ data: { output: { note: 'first' } } }]);
  });

  it('is accepted with the secret that is being replaced', async () => {
    const answer = await postSigned('standard', '{"note":"old"}', { secret: OLD_SECRET });

    expect(answer).toMatchObject({ status: 202, body: { duplicate: false } });
  });

  it.each(['github', 'stripe', 'slack'])('of %s is accepted, and recorded it starts nothing again', async (scheme) => {
    const body = `{"id":"evt_${scheme}","event_id":"Ev_${scheme}","note":"hello"}`;
    const first = await postSigned(scheme, body, { scheme });

    const again = await postSigned(scheme, body, { scheme, id: 'another' });

    expect(first).toMatchObject({ status: 202, body: { duplicate: false } });
    expect(again).toMatchObject({ status: 202, body: { runId: first.body?.['runId'], duplicate: true } });
  });

  it('of a sender with a scheme of its own is accepted', async () => {
    const answer = await postSigned('partners/north', '{"note":"north"}', { scheme: 'hmac' });

    expect(answer).toMatchObject({ status: 202, body: { duplicate: false } });
  });

  it('may be a CloudEvent in binary form, its attributes percent-encoded', async () => {
    const headers = {
      'content-type': 'application/json',
      ...{
        'ce-specversion': '1.0',
        'ce-id': 'c-1',
        'ce-source': '/shop',
        'ce-type': 'order.paid',
        'ce-subject': 'Gr%C3%B6%C3%9Fe',
      },
    };

    const answer = await post({ path: 'cloud', headers, body: '{"note":"binary"}' });

    expect(answer).toMatchObject({ status: 202, body: { runId: runId('cloud', '/shop c-1'), duplicate: false } });
  });

  it('may be a batch of CloudEvents, each an event of its own', async () => {
    const item = (id: string) => ({ specversion: '1.0', id, source: '/shop', type: 'order.paid', data: { note: id } });
    const headers = { 'content-type': 'application/cloudevents-batch+json' };

    const answer = await post({ path: 'cloud', headers, body: JSON.stringify([item('b-1'), item('b-2'), item('b-1')]) });

    const [first, second] = [runId('cloud', '/shop b-1'), runId('cloud', '/shop b-2')];
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ events: [{ runId: first }, { runId: second }, { runId: first }] });
  });

  it('may be a validation by Event Grid, and what it delivers then', async () => {
    const validation = [
      { id: '1', eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: 'code-1' } },
    ];
    const event = { id: 'g-1', eventType: 'order.paid', topic: '/topics/orders', subject: 'A1', data: { note: 'grid' } };
    const headers = { 'content-type': 'application/json' };

    const validated = await post({
      path: 'grid',
      headers: { ...headers, 'aeg-event-type': 'SubscriptionValidation' },
      body: JSON.stringify(validation),
    });
    const delivered = await post({
      path: 'grid',
      headers: { ...headers, 'aeg-event-type': 'Notification' },
      body: JSON.stringify([event]),
    });

    expect(validated).toMatchObject({ status: 200, body: { validationResponse: 'code-1' } });
    expect(delivered).toMatchObject({
      status: 202,
      body: { events: [{ runId: runId('grid', '/topics/orders g-1'), duplicate: false }] },
    });
  });
});

describe('too much', () => {
  it('WH41: the 101st request of a minute is told when to come again, where 100 are allowed', async () => {
    const body = '{"note":"many"}';
    const request = { path: 'limited', headers: signed(body, { id: 'msg_many' }), body };

    // Fewer at once than the app is at work on.
    const fifty = () => Promise.all(Array.from({ length: 50 }, () => post(request)));
    const answers = [...(await fifty()), ...(await fifty())];
    const next = await post({ ...request, headers: signed(body, { id: 'msg_too_many' }) });

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(next).toMatchObject({ status: 429, body: { code: 'rate_limited', detail: expect.stringContaining('100 ') } });
    expect(Number(next.headers['retry-after'])).toBeGreaterThan(0);
    expect((await runIds()).has(runId('limited', 'msg_too_many'))).toBe(false);
  });

  it('WH42: a store that is away leaves nothing behind, and the same request is accepted when it is back', async () => {
    const body = '{"note":"stored"}';
    const request = { path: 'standard', headers: signed(body, { id: 'msg_stored' }), body };
    await stack.throttleCosmos({ share: 1, retryAfterMs: 1, seed: 1 });

    const refused = await post(request);
    await stack.throttleCosmos(null);
    const runs = await runIds();
    const accepted = await post(request);

    expect(refused).toMatchObject({ status: 503, body: { code: 'store_unavailable' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.body?.['detail']).toContain('send the same request again in 1 s');
    expect(runs.has(runId('standard', 'msg_stored'))).toBe(false);
    expect(accepted).toMatchObject({ status: 202, body: { duplicate: false } });
  });
});
