import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { receiveWebhook, type WebhookDependencies } from '../../src/api/receive-webhook.ts';
import { Turnstile } from '../../src/api/turnstile.ts';
import { DependencyUnavailableError, KeysUnavailableError } from '../../src/ports/errors.ts';
import type { RequestLimit } from '../../src/ports/request-limit.ts';
import type { TokenVerdict } from '../../src/ports/token-verifier.ts';
import { read, refuse } from '../../src/triggers/rejection.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';
import type { WebhookSource } from '../../src/triggers/webhook/source.ts';
import { findScheme } from '../../src/webhooks/schemes.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { createWorld, orderPipeline } from '../triggers/fixtures.ts';
import { createSource } from '../triggers/webhook/fixtures.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEW_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const ROLE = 'Webhooks.Send';
const token = createSource('none', { verification: { kind: 'token', role: ROLE }, format: 'event_grid' });

function createTrigger(source: WebhookSource, overrides: Partial<Trigger<WebhookSource>> = {}): Trigger<WebhookSource> {
  return { name: 'partner', source, pipeline: orderPipeline, ...overrides };
}

/** Everything a webhook needs, with the secret set and room for all. */
function createHouse(overrides: Partial<WebhookDependencies> = {}) {
  const world = createWorld();
  const secrets = new Map([['PARTNER_SECRET', SECRET]]);
  const dependencies: WebhookDependencies = {
    ...world,
    secrets,
    tokens: undefined,
    limits: new Map(),
    turnstile: new Turnstile(10),
    ...overrides,
  };
  return { ...world, secrets, dependencies };
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function call({ method = 'POST', headers = {}, body = '{}' }: Sent = {}) {
  return {
    method,
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    readBody: async () => Buffer.from(body),
  };
}

function signedCall(scheme: string, body: string, { secret = SECRET, at = Date.UTC(2026, 0, 1), id = 'msg_1' } = {}) {
  const found = findScheme(scheme, { header: 'x-signature' });
  if (found === undefined) throw new Error(`There is no scheme ${scheme}.`);
  return call({ headers: signWebhook(found, { body: Buffer.from(body), deliveryId: id }, [secret], at), body });
}

function tokensThat(verdict: TokenVerdict) {
  return { verify: async () => verdict };
}

describe('a signed request', () => {
  it('starts a run before it is answered', async () => {
    const { dependencies, orchestrations } = createHouse();

    const answer = await receiveWebhook(
      signedCall('standard_webhooks', '{"a":1}'),
      createTrigger(createSource('standard_webhooks')),
      dependencies,
    );

    expect(answer).toMatchObject({ status: 202, body: { duplicate: false } });
    expect(orchestrations.started).toMatchObject([{ runId: expect.any(String) }]);
  });

  it('is verified with the secrets as they are when it comes', async () => {
    const { dependencies, secrets } = createHouse();
    const trigger = createTrigger(createSource('github'));
    const before = await receiveWebhook(signedCall('github', '{"a":1}', { secret: NEW_SECRET }), trigger, dependencies);

    secrets.set('PARTNER_SECRET', NEW_SECRET);
    const after = await receiveWebhook(signedCall('github', '{"a":1}', { secret: NEW_SECRET }), trigger, dependencies);

    expect([before.status, after.status]).toEqual([401, 202]);
  });

  it.each([
    ['there is none', undefined],
    ['it cannot be one', 'whsec_***'],
  ])('is wanted later, if the secret is not right: %s', async (_, secret) => {
    const { dependencies, secrets, lines } = createHouse();
    if (secret === undefined) secrets.delete('PARTNER_SECRET');
    else secrets.set('PARTNER_SECRET', secret);

    const answer = await receiveWebhook(
      signedCall('standard_webhooks', '{}'),
      createTrigger(createSource('standard_webhooks')),
      dependencies,
    );

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '60' }, body: { code: 'webhook_not_configured' } });
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'a webhook cannot verify anything' }));
    expect(JSON.stringify([answer, lines])).not.toContain('***');
  });

  it('is of no interest where `when` is not true of it', async () => {
    const { dependencies, orchestrations } = createHouse();
    const trigger = createTrigger(createSource('github'), { when: () => read(false) });

    const answer = await receiveWebhook(signedCall('github', '{}'), trigger, dependencies);

    expect(answer).toMatchObject({ status: 202, body: { ignored: true } });
    expect(orchestrations.started).toEqual([]);
  });

  it("answers Slack's question whether the address is its own, and starts nothing", async () => {
    const { dependencies, orchestrations } = createHouse();
    const body = '{"type":"url_verification","challenge":"3eZbrw1a"}';
    const trigger = createTrigger(createSource('slack'));

    const asked = await receiveWebhook(signedCall('slack', body), trigger, dependencies);
    const forged = await receiveWebhook(signedCall('slack', body, { secret: NEW_SECRET }), trigger, dependencies);

    expect(asked).toMatchObject({ status: 200, body: { challenge: '3eZbrw1a' } });
    expect(forged.status).toBe(401);
    expect(orchestrations.started).toEqual([]);
  });
});

describe('a request with a token', () => {
  const event = JSON.stringify([{ id: '1', eventType: 'order.paid', topic: '/topics/orders' }]);
  const caller = (roles: string[]): TokenVerdict => ({ kind: 'accepted', caller: { subject: 's', roles } });

  it('is accepted if the token has the role', async () => {
    const { dependencies } = createHouse({ tokens: tokensThat(caller([ROLE])) });

    const answer = await receiveWebhook(call({ body: event }), createTrigger(token), dependencies);

    expect(answer).toMatchObject({ status: 202, body: { events: [{ duplicate: false }] } });
  });

  it.each([
    ['another role', caller(['Runs.Read']), 403, 'role_missing', 'insufficient_scope'],
    ['no token', { kind: 'refused', code: 'token_missing', message: 'No token.' }, 401, 'token_missing', 'Bearer'],
    ['an old token', { kind: 'refused', code: 'token_expired', message: 'Too old.' }, 401, 'token_expired', 'invalid_token'],
  ] as const)('is refused with %s', async (_, verdict, status, code, challenge) => {
    const { dependencies, orchestrations } = createHouse({ tokens: tokensThat(verdict) });

    const answer = await receiveWebhook(call({ body: event }), createTrigger(token), dependencies);

    expect(answer).toMatchObject({ status, body: { code }, headers: { 'www-authenticate': expect.stringContaining(challenge) } });
    expect(orchestrations.started).toEqual([]);
  });

  it("is wanted later if the directory's keys cannot be had", async () => {
    const tokens = {
      verify: async () => {
        throw new KeysUnavailableError('The keys are away.');
      },
    };
    const { dependencies } = createHouse({ tokens });

    const answer = await receiveWebhook(call({ body: event }), createTrigger(token), dependencies);

    expect(answer).toMatchObject({ status: 503, body: { code: 'keys_unavailable' }, headers: { 'retry-after': '5' } });
  });
});

describe('a batch', () => {
  const cloud = createSource('none', { format: 'cloud_events' });
  const item = (id: string, data: object = {}) => ({ specversion: '1.0', id, source: '/shop', type: 'order.paid', data });
  const batch = (...items: readonly object[]) =>
    call({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body: JSON.stringify(items) });

  it('starts nothing if the pipeline does not take one of its events', async () => {
    const { dependencies, orchestrations } = createHouse();
    const pipeline = {
      ...orderPipeline,
      readInput: (input: unknown) =>
        JSON.stringify(input) === '{"bad":true}' ? refuse('schema_violation', 'It does not fit.') : read({}),
    };

    const answer = await receiveWebhook(
      batch(item('1'), item('2'), item('3', { bad: true })),
      createTrigger(cloud, { pipeline }),
      dependencies,
    );

    expect(answer).toMatchObject({ status: 400, body: { code: 'batch_item_invalid', index: 2, cause: 'schema_violation' } });
    expect(orchestrations.started).toEqual([]);
  });

  it('tells what became of each event, in their order', async () => {
    const { dependencies } = createHouse();
    const trigger = createTrigger(cloud, { when: ({ data }) => read(JSON.stringify(data) !== '{"test":true}') });
    await receiveWebhook(batch(item('2')), trigger, dependencies);

    const answer = await receiveWebhook(batch(item('1'), item('2'), item('3', { test: true })), trigger, dependencies);

    expect(answer.body).toMatchObject({ events: [{ duplicate: false }, { duplicate: true }, { ignored: true }] });
  });

  it('names the event whose id was used for something else, and accepts the others', async () => {
    const { dependencies, orchestrations } = createHouse();
    const trigger = createTrigger(cloud);
    await receiveWebhook(batch(item('2', { a: 1 })), trigger, dependencies);

    const answer = await receiveWebhook(batch(item('1'), item('2', { a: 2 }), item('3')), trigger, dependencies);

    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'idempotency_payload_mismatch', index: 1, runId: expect.any(String) },
    });
    expect(orchestrations.started).toHaveLength(3);
  });
});

describe('too many requests', () => {
  it('are turned away at once while as many as there is room for are at work', async () => {
    const { dependencies, runs } = createHouse({ turnstile: new Turnstile(1) });
    const trigger = createTrigger(createSource('github'));
    const claim = runs.claim.bind(runs);
    const gate = Promise.withResolvers<void>();
    runs.claim = async (run) => {
      await gate.promise;
      return claim(run);
    };

    const atWork = receiveWebhook(signedCall('github', '{"a":1}'), trigger, dependencies);
    const next = await receiveWebhook(signedCall('github', '{"a":2}'), trigger, dependencies);
    gate.resolve();
    const first = await atWork;
    const again = await receiveWebhook(signedCall('github', '{"a":2}'), trigger, dependencies);

    expect(next).toMatchObject({ status: 429, body: { code: 'overloaded' }, headers: { 'retry-after': '1' } });
    expect([first.status, again.status]).toEqual([202, 202]);
  });

  it('are counted only if they are from the sender, so that nobody else uses up its share', async () => {
    const counted: string[] = [];
    const limit: RequestLimit = { take: async (client) => (counted.push(client) > 1 ? 1_500 : undefined) };
    const { dependencies } = createHouse({ limits: new Map([['partner', limit]]) });
    const trigger = createTrigger(createSource('github'));
    const sent = [
      signedCall('github', '{"a":1}', { secret: NEW_SECRET }),
      signedCall('github', '{"a":1}'),
      signedCall('github', '{"a":2}'),
    ];

    const answers = await Promise.all(sent.map((one) => receiveWebhook(one, trigger, dependencies)));

    expect(answers.map(({ status }) => status)).toEqual([401, 202, 429]);
    expect(answers[2]).toMatchObject({ headers: { 'retry-after': '2' }, body: { code: 'rate_limited' } });
    expect(counted).toEqual(['partner', 'partner']);
  });
});

describe('a request that cannot be accepted', () => {
  it('because the store is away is wanted later, when the store says', async () => {
    const { dependencies, runs } = createHouse();
    runs.claim = async () => {
      throw new DependencyUnavailableError('The store is away.', { retryAfterMs: 7_000 });
    };

    const answer = await receiveWebhook(signedCall('github', '{}'), createTrigger(createSource('github')), dependencies);

    expect(answer).toMatchObject({ status: 503, body: { code: 'store_unavailable' }, headers: { 'retry-after': '7' } });
  });

  it('in time is wanted again, and the repetition finds what was stored late', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { dependencies, runs, orchestrations } = createHouse({ turnstile: new Turnstile(1) });
    const trigger = createTrigger(createSource('github'));
    const claim = runs.claim.bind(runs);
    const gate = Promise.withResolvers<void>();
    runs.claim = async (...run) => {
      await gate.promise;
      return claim(...run);
    };
    const send = () => receiveWebhook(signedCall('github', '{"a":1}'), trigger, dependencies);

    const pending = send();
    await vi.advanceTimersByTimeAsync(10_000);
    const late = await pending;
    const meanwhile = await send();
    gate.resolve();
    await vi.waitFor(() => expect(orchestrations.started).toHaveLength(1));
    const again = await send();

    expect(late).toMatchObject({ status: 503, body: { code: 'answer_timeout' }, headers: { 'retry-after': '5' } });
    expect(meanwhile).toMatchObject({ status: 429, body: { code: 'overloaded' } });
    expect(again).toMatchObject({ status: 202, body: { runId: orchestrations.started[0]?.runId, duplicate: true } });
  });

  it('because its body is too large is not verified', async () => {
    const { dependencies } = createHouse();
    const large = { ...call(), readBody: async () => undefined };

    const answer = await receiveWebhook(large, createTrigger(createSource('github')), dependencies);

    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])('because it is a %s is told what may be sent', async (method) => {
    const { dependencies } = createHouse();

    const answer = await receiveWebhook(call({ method }), createTrigger(createSource('github')), dependencies);

    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
  });

  it('leaves its place to the next one', async () => {
    const { dependencies } = createHouse({ turnstile: new Turnstile(1) });
    const trigger = createTrigger(createSource('github'));
    const forged = () => receiveWebhook(signedCall('github', '{}', { secret: NEW_SECRET }), trigger, dependencies);

    const statuses = [(await forged()).status, (await forged()).status];

    expect(statuses).toEqual([401, 401]);
  });
});

describe('the handshake', () => {
  const asking = call({ method: 'OPTIONS', headers: { 'webhook-request-origin': 'eventgrid.azure.net' } });

  it('gives consent only where CloudEvents are taken, and from that origin', async () => {
    const { dependencies } = createHouse();
    const allowed = { allowedOrigins: ['eventgrid.azure.net'] };
    const sources = [
      createSource('none', { ...allowed, format: 'cloud_events' }),
      createSource('none', { format: 'cloud_events' }),
      createSource('none', allowed),
    ];

    const answers = await Promise.all(sources.map((source) => receiveWebhook(asking, createTrigger(source), dependencies)));

    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(answers.map(({ headers }) => headers['webhook-allowed-origin'])).toEqual([
      'eventgrid.azure.net',
      undefined,
      undefined,
    ]);
  });
});
