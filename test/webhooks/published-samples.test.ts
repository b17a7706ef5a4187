import { describe, expect, it } from 'vitest';
import { github } from '../../src/webhooks/github.ts';
import { hmacScheme } from '../../src/webhooks/hmac.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { slack } from '../../src/webhooks/slack.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { stripe } from '../../src/webhooks/stripe.ts';
import { verdictOf } from './requests.ts';

const SLACK_BODY =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

describe('samples that senders publish', () => {
  it('verifies the sample of Standard Webhooks', () => {
    const verdict = verdictOf(
      standardWebhooks,
      {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      { body: '{"test": 2432232314}', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], at: 1_614_265_330 },
    );

    expect(verdict).toEqual({
      kind: 'accepted',
      secretIndex: 0,
      deliveryId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
    });
  });

  it("verifies the sample of GitHub's documentation", () => {
    const verdict = verdictOf(
      github,
      { 'X-Hub-Signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
      { body: 'Hello, World!', secrets: ["It's a Secret to Everybody"] },
    );

    expect(verdict).toEqual({ kind: 'accepted', secretIndex: 0 });
  });

  it("verifies the sample of Slack's documentation", () => {
    const verdict = verdictOf(
      slack,
      {
        'X-Slack-Request-Timestamp': '1531420618',
        'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      },
      { body: SLACK_BODY, secrets: ['8f742231b10e8888abcd99yyyzzz85a5'], at: 1_531_420_618 },
    );

    expect(verdict).toEqual({ kind: 'accepted', secretIndex: 0, timestamp: 1_531_420_618 });
  });

  it("WH13: refuses the sample of Slack's documentation when it is sent again years later", () => {
    const verdict = verdictOf(
      slack,
      {
        'X-Slack-Request-Timestamp': '1531420618',
        'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      },
      { body: SLACK_BODY, secrets: ['8f742231b10e8888abcd99yyyzzz85a5'] },
    );

    expect(verdict).toMatchObject({ kind: 'refused', code: 'timestamp_stale' });
  });

  it("has the form of Stripe's documentation, in which signatures of version v0 stand beside", () => {
    const headers = signWebhook(stripe, { body: Buffer.from('{}') }, ['whsec_test'], 1_492_774_577_000);

    const verdict = verdictOf(
      stripe,
      {
        'Stripe-Signature': `${headers['stripe-signature']},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39`,
      },
      { body: '{}', secrets: ['whsec_test'], at: 1_492_774_577 },
    );

    expect(headers['stripe-signature']).toMatch(/^t=1492774577,v1=[0-9a-f]{64}$/);
    expect(verdict).toEqual({ kind: 'accepted', secretIndex: 0, timestamp: 1_492_774_577 });
  });

  it("computes Stripe's signature over the timestamp, a full stop and the body", () => {
    const plain = hmacScheme({ header: 'x-signature' });

    const direct = signWebhook(plain, { body: Buffer.from('1492774577.{}') }, ['whsec_test'], 0);
    const headers = signWebhook(stripe, { body: Buffer.from('{}') }, ['whsec_test'], 1_492_774_577_000);

    expect(headers['stripe-signature']).toBe(`t=1492774577,v1=${direct['x-signature']}`);
  });

  it.each([
    ['sha256', '0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    ['sha256', '4a656665', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [
      'sha256',
      'aa'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      'sha384',
      '4a656665',
      'what do ya want for nothing?',
      'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
    ],
    [
      'sha512',
      '4a656665',
      'what do ya want for nothing?',
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    ],
    ['sha1', '4a656665', 'what do ya want for nothing?', 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
  ] as const)('verifies the sample of the RFCs 2202 and 4231 for %s with the key %.10s', (algorithm, key, data, digest) => {
    const scheme = hmacScheme({ header: 'X-Signature', algorithm, secretEncoding: 'hex' });

    const verdict = verdictOf(scheme, { 'X-Signature': digest }, { body: data, secrets: [key] });

    expect(verdict).toEqual({ kind: 'accepted', secretIndex: 0 });
  });

  it('verifies the sample of RFC 4231 whose data is no text', () => {
    const scheme = hmacScheme({ header: 'X-Signature', secretEncoding: 'hex' });

    const verdict = verdictOf(
      scheme,
      { 'X-Signature': '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe' },
      { body: Buffer.alloc(50, 0xdd), secrets: ['aa'.repeat(20)] },
    );

    expect(verdict).toEqual({ kind: 'accepted', secretIndex: 0 });
  });
});
