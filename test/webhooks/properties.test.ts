import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { github } from '../../src/webhooks/github.ts';
import { hmacScheme } from '../../src/webhooks/hmac.ts';
import type { SignatureScheme } from '../../src/webhooks/scheme.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { slack } from '../../src/webhooks/slack.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { stripe } from '../../src/webhooks/stripe.ts';
import { verifyWebhook } from '../../src/webhooks/verify.ts';
import { ID, NOW, SECRET } from './requests.ts';

const ALL: readonly SignatureScheme[] = [
  standardWebhooks,
  github,
  stripe,
  slack,
  hmacScheme({ header: 'x-signature', timestampHeader: 'x-time', idHeader: 'x-id', template: '{id}:{timestamp}:{body}' }),
  hmacScheme({ header: 'x-signature', encoding: 'base64url', prefix: 'v=', algorithm: 'sha512', timestampHeader: 'x-time' }),
];

const schemes = fc.constantFrom(...ALL);
const bodies = fc.uint8Array({ maxLength: 200 });
const seconds = fc.integer({ min: 0, max: 4_000_000_000 });

/** With one bit of it the other way round; the eighth of a byte would not be sent in a header. */
function flipped(text: string, at: number): string {
  const index = Math.floor(at / 7) % text.length;
  const character = String.fromCharCode(text.charCodeAt(index) ^ (1 << (at % 7)));
  return text.slice(0, index) + character + text.slice(index + 1);
}

describe('every scheme', () => {
  it('accepts what it signs, whatever the body', () => {
    fc.assert(
      fc.property(schemes, bodies, seconds, (scheme, body, at) => {
        const headers = Object.entries(signWebhook(scheme, { body, deliveryId: ID }, [SECRET], at * 1000));

        const verdict = verifyWebhook(scheme, { headers, body }, [SECRET], { now: at * 1000 });

        expect(verdict).toMatchObject({ kind: 'accepted', secretIndex: 0 });
      }),
    );
  });

  it('refuses a body with any bit flipped', () => {
    fc.assert(
      fc.property(schemes, fc.uint8Array({ minLength: 1, maxLength: 64 }), fc.nat(511), (scheme, body, at) => {
        const headers = Object.entries(signWebhook(scheme, { body, deliveryId: ID }, [SECRET], NOW * 1000));
        const changed = body.with(
          Math.floor(at / 8) % body.length,
          (body[Math.floor(at / 8) % body.length] ?? 0) ^ (1 << (at % 8)),
        );

        const verdict = verifyWebhook(scheme, { headers, body: changed }, [SECRET], { now: NOW * 1000 });

        expect(verdict).toMatchObject({ kind: 'refused', code: 'signature_mismatch' });
      }),
    );
  });

  it.each(ALL)('refuses every bit flipped in every header that is signed or a signature: $name $encoding', (scheme) => {
    const body = Buffer.from('{}');
    const headers = Object.entries(signWebhook(scheme, { body, deliveryId: ID }, [SECRET], NOW * 1000));
    const signedHeaders = headers.filter(([name]) => scheme.content.includes('{id}') || name !== 'x-github-delivery');

    const accepted = signedHeaders.flatMap(([name, value]) =>
      Array.from({ length: value.length * 7 }, (_, at) => {
        const changed = headers.map(([key, given]): [string, string] => [key, key === name ? flipped(value, at) : given]);
        return verifyWebhook(scheme, { headers: changed, body }, [SECRET], { now: NOW * 1000 }).kind === 'accepted'
          ? [name, at]
          : [];
      }).filter((found) => found.length > 0),
    );

    expect(accepted).toEqual([]);
  });

  it.each(ALL)('refuses every bit flipped in the secret: $name $encoding', (scheme) => {
    const body = Buffer.from('{}');
    const headers = Object.entries(signWebhook(scheme, { body, deliveryId: ID }, [SECRET], NOW * 1000));

    const accepted = Array.from({ length: SECRET.length * 7 }, (_, at) => flipped(SECRET, at)).filter(
      (secret) => verifyWebhook(scheme, { headers, body }, [secret], { now: NOW * 1000 }).kind === 'accepted',
    );

    expect(accepted).toEqual([]);
  });

  it('answers every garbage with a verdict, and none with the secret', () => {
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-hub-signature-256', 'x-github-delivery'].concat(
      'stripe-signature',
      'x-slack-signature',
      'x-slack-request-timestamp',
      'x-signature',
      'x-time',
      'x-id',
    );
    const garbage = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.constantFrom(
        String(NOW),
        ID,
        `v1,${'A'.repeat(43)}=`,
        `t=${NOW},v1=${'0'.repeat(64)}`,
        `v0=${'0'.repeat(64)}`,
        'sha256=00',
        ',',
      ),
    );
    const pairs = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), garbage), { maxLength: 12 });
    fc.assert(
      fc.property(schemes, pairs, bodies, (scheme, headers, body) => {
        const verdict = verifyWebhook(scheme, { headers, body }, [SECRET], { now: NOW * 1000 });

        expect(verdict.kind).toBe('refused');
        expect(JSON.stringify(verdict)).not.toContain(SECRET.slice(6));
      }),
      { numRuns: 500 },
    );
  });
});
