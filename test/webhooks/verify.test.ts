import { describe, expect, it } from 'vitest';
import { github } from '../../src/webhooks/github.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { slack } from '../../src/webhooks/slack.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { stripe } from '../../src/webhooks/stripe.ts';
import { BODY, codeOf, ID, NOW, OTHER_SECRET, SECRET, signed, verdictOf } from './requests.ts';

const STANDARD = signed(standardWebhooks);
const SIGNATURE = STANDARD['webhook-signature'] ?? '';

describe('a bad webhook is told what is wrong', () => {
  it.each([
    ['WH1', standardWebhooks, {}, BODY, 'signature_missing', 'webhook-signature'],
    ['WH1', github, {}, BODY, 'signature_missing', 'x-hub-signature-256'],
    ['WH1', stripe, {}, BODY, 'signature_missing', 'stripe-signature'],
    ['WH1', slack, {}, BODY, 'signature_missing', 'x-slack-signature'],
    ['WH2', standardWebhooks, { ...STANDARD, 'webhook-signature': 'v1,AAAA' }, BODY, 'signature_mismatch', ''],
    ['WH3', standardWebhooks, STANDARD, `${BODY}\n`, 'signature_mismatch', 'raw body'],
    [
      'WH6',
      standardWebhooks,
      { ...STANDARD, 'webhook-timestamp': `${NOW}abc` },
      BODY,
      'timestamp_malformed',
      'webhook-timestamp',
    ],
    ['WH7', standardWebhooks, { ...STANDARD, 'webhook-timestamp': `${NOW}000` }, BODY, 'timestamp_future', 'send seconds'],
    ['WH8', standardWebhooks, { ...STANDARD, 'webhook-signature': 'v2,AAAA' }, BODY, 'no_supported_signature', 'v1'],
    ['WH9', github, { 'x-hub-signature': `sha1=${'0'.repeat(40)}` }, BODY, 'signature_missing', 'sha256'],
    ['WH10', github, { 'x-hub-signature-256': `sha256=${'0'.repeat(63)}` }, BODY, 'signature_mismatch', ''],
    ['WH11', stripe, { 'stripe-signature': `v0=${'0'.repeat(64)}` }, BODY, 'no_supported_signature', 'v1'],
    ['WH12', stripe, { 'stripe-signature': "I'm not even a real signature header" }, BODY, 'signature_malformed', 't='],
    ['WH43', standardWebhooks, { ...STANDARD, 'x-much': 'x'.repeat(64 * 1024) }, BODY, 'header_too_large', '32768 bytes'],
  ])('%s for %o', (_row, scheme, headers, body, code, hint) => {
    const verdict = verdictOf(scheme, headers, { body });

    expect(verdict).toEqual({ kind: 'refused', code, message: expect.stringContaining(hint) });
  });

  it.each([
    ['WH4', NOW - 301, 'timestamp_stale', 'The timestamp is 301 s old, 300 s are allowed'],
    ['WH5', NOW + 301, 'timestamp_future', 'The timestamp is 301 s ahead, 300 s are allowed'],
  ])('%s: a timestamp of %d', (_row, at, code, message) => {
    const verdict = verdictOf(standardWebhooks, signed(standardWebhooks, { at }));

    expect(verdict).toEqual({ kind: 'refused', code, message: expect.stringContaining(message) });
  });

  it.each([
    ['two headers', [...Object.entries(STANDARD), ['Webhook-Signature', SIGNATURE]]],
    ['joined on the way', Object.entries({ ...STANDARD, 'webhook-signature': `${SIGNATURE}, ${SIGNATURE}` })],
    ['two timestamps', [...Object.entries(STANDARD), ['webhook-timestamp', String(NOW)]]],
    ['two ids', [...Object.entries(STANDARD), ['WEBHOOK-ID', ID]]],
  ] as const)('WH44: %s', (_name, pairs) => {
    const verdict = verdictOf(
      standardWebhooks,
      pairs.map(([name, value]) => [name, value] as const),
    );

    expect(codeOf(verdict)).toBe('header_repeated');
  });
});

describe('headers', () => {
  it('are found whatever the case of their names and the blanks around their values', () => {
    const headers = Object.entries(STANDARD).map(([name, value]) => [name.toUpperCase(), ` \t${value} `] as const);

    expect(codeOf(verdictOf(standardWebhooks, headers))).toBe('accepted');
  });

  it('may come as the Headers of fetch, which join those that are repeated', () => {
    const headers = new Headers(STANDARD);
    headers.append('webhook-id', ID);

    expect(codeOf(verdictOf(standardWebhooks, new Headers(STANDARD)))).toBe('accepted');
    expect(codeOf(verdictOf(standardWebhooks, headers))).toBe('header_repeated');
  });

  it.each([
    ['standard_webhooks', standardWebhooks, 'webhook-signature'],
    ['github', github, 'x-hub-signature-256'],
    ['slack', slack, 'x-slack-signature'],
  ])('of %s that are repeated may come joined by a bare comma, as Azure joins them', (_name, scheme, name) => {
    const headers = signed(scheme);

    const verdict = verdictOf(scheme, { ...headers, [name]: `${headers[name]},${headers[name]}` });

    expect(codeOf(verdict)).toBe('header_repeated');
  });

  it.each([
    ['no id', standardWebhooks, { 'webhook-id': '' }, 'delivery_id_missing'],
    ['an id with a blank', standardWebhooks, { 'webhook-id': 'a b' }, 'delivery_id_malformed'],
    ['an id with a full stop', standardWebhooks, { 'webhook-id': 'a.1' }, 'delivery_id_malformed'],
    ['an id of 256 characters', standardWebhooks, { 'webhook-id': 'x'.repeat(256) }, 'delivery_id_malformed'],
    ['no timestamp', standardWebhooks, { 'webhook-timestamp': '' }, 'timestamp_missing'],
    ['a fraction', standardWebhooks, { 'webhook-timestamp': `${NOW}.9` }, 'timestamp_malformed'],
    ['a negative time', standardWebhooks, { 'webhook-timestamp': '-1' }, 'timestamp_malformed'],
    ['an exponent', standardWebhooks, { 'webhook-timestamp': '1e9' }, 'timestamp_malformed'],
    ['digits of another script', standardWebhooks, { 'webhook-timestamp': '١٧٦٧٢٢٥٦٠٠' }, 'timestamp_malformed'],
    ['too many digits', standardWebhooks, { 'webhook-timestamp': '9'.repeat(400) }, 'timestamp_malformed'],
    ['asymmetric signatures', standardWebhooks, { 'webhook-signature': 'v1a,AAAA' }, 'no_supported_signature'],
    ['a signature without version', standardWebhooks, { 'webhook-signature': 'AAAA' }, 'signature_malformed'],
    ['a signature that is no Base64', standardWebhooks, { 'webhook-signature': 'v1,<>' }, 'signature_malformed'],
    ['17 signatures', standardWebhooks, { 'webhook-signature': Array(17).fill('v1,AAAA').join(' ') }, 'signatures_too_many'],
    ['a signature of 4 KiB', standardWebhooks, { 'webhook-signature': `v1,${'A'.repeat(4096)}` }, 'header_too_large'],
    ['a hash without name', github, { 'x-hub-signature-256': 'a'.repeat(64) }, 'signature_malformed'],
    ['another hash', github, { 'x-hub-signature-256': `sha512=${'a'.repeat(128)}` }, 'no_supported_signature'],
    ['no hexadecimal digits', github, { 'x-hub-signature-256': `sha256=${'g'.repeat(64)}` }, 'signature_malformed'],
    ['no time', stripe, { 'stripe-signature': `v1=${'a'.repeat(64)}` }, 'timestamp_missing'],
    ['two times', stripe, { 'stripe-signature': `t=${NOW},t=1,v1=${'a'.repeat(64)}` }, 'signature_malformed'],
    ['no such time', stripe, { 'stripe-signature': `t=soon,v1=${'a'.repeat(64)}` }, 'timestamp_malformed'],
    ['no time', slack, { 'x-slack-signature': `v0=${'a'.repeat(64)}`, 'x-slack-request-timestamp': '' }, 'timestamp_missing'],
    ['another version', slack, { 'x-slack-signature': `v1=${'a'.repeat(64)}` }, 'no_supported_signature'],
  ])('with %s are refused by %o', (_name, scheme, changed, code) => {
    const verdict = verdictOf(scheme, { ...signed(scheme), ...changed });

    expect(codeOf(verdict)).toBe(code);
  });
});

describe('secrets', () => {
  it.each([
    ['the first', [SECRET, OTHER_SECRET], 0],
    ['the second', [OTHER_SECRET, SECRET], 1],
  ])('may be two while one is replaced: %s fits', (_name, secrets, secretIndex) => {
    expect(verdictOf(standardWebhooks, STANDARD, { secrets })).toMatchObject({ kind: 'accepted', secretIndex });
  });

  it.each([standardWebhooks, stripe])('may be two on the side that signs: $name', (scheme) => {
    const headers = signed(scheme, { secrets: [OTHER_SECRET, SECRET] });

    expect(codeOf(verdictOf(scheme, headers))).toBe('accepted');
  });

  it.each([github, slack])('are represented by the first of them where there is room for one signature: $name', (scheme) => {
    const headers = signed(scheme, { secrets: [SECRET, OTHER_SECRET] });

    expect(codeOf(verdictOf(scheme, headers))).toBe('accepted');
    expect(codeOf(verdictOf(scheme, headers, { secrets: [OTHER_SECRET] }))).toBe('signature_mismatch');
  });

  it.each([
    ['none', standardWebhooks, [], 'secret_missing'],
    ['an empty one', github, [''], 'secret_malformed'],
    ['a broken one beside a good one', standardWebhooks, [SECRET, 'whsec_!'], 'secret_malformed'],
    ['one of 23 bytes', standardWebhooks, [`whsec_${Buffer.alloc(23, 1).toString('base64')}`], 'secret_malformed'],
    ['a private key of asymmetric signatures', standardWebhooks, ['whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], 'secret_malformed'],
    ['one with a line break', standardWebhooks, [`${SECRET}\n`], 'secret_malformed'],
  ])('are refused: %s', (_name, scheme, secrets, code) => {
    const verdict = verdictOf(scheme, signed(scheme), { secrets });

    expect(codeOf(verdict)).toBe(code);
    expect(JSON.stringify(verdict)).not.toContain('MfKQ');
  });

  it('of Standard Webhooks may come without their prefix', () => {
    const verdict = verdictOf(standardWebhooks, STANDARD, { secrets: [SECRET.replace('whsec_', '')] });

    expect(codeOf(verdict)).toBe('accepted');
  });
});

describe('time', () => {
  it.each([
    [NOW - 300, 300, 'accepted'],
    [NOW + 300, 300, 'accepted'],
    [NOW - 11, 10, 'timestamp_stale'],
    [NOW + 11, 10, 'timestamp_future'],
    [NOW, 0, 'accepted'],
  ])('signed at %d with %d s allowed is %s', (at, toleranceSeconds, code) => {
    const verdict = verdictOf(stripe, signed(stripe, { at }), {}, { toleranceSeconds });

    expect(codeOf(verdict)).toBe(code);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('that is %d here accepts nothing', (now) => {
    const verdict = verdictOf(stripe, signed(stripe), {}, { now });

    expect(verdict.kind).toBe('refused');
  });
});

describe('a body that is not UTF-8', () => {
  it('verifies byte for byte, and not as text', () => {
    const body = Buffer.from([0xff, 0x00, 0xc0, 0x80]);
    const headers = signWebhook(github, { body }, [SECRET], NOW * 1000);

    const asSent = verdictOf(github, headers, { body });
    const asText = verdictOf(github, headers, { body: body.toString('utf8') });

    expect(codeOf(asSent)).toBe('accepted');
    expect(codeOf(asText)).toBe('signature_mismatch');
  });
});
