import { describe, expect, it } from 'vitest';
import { SchemeSettingsError } from '../../src/webhooks/errors.ts';
import { type HmacSettings, hmacScheme } from '../../src/webhooks/hmac.ts';
import { findScheme } from '../../src/webhooks/schemes.ts';
import { BODY, codeOf, ID, NOW, SECRET, signed, verdictOf } from './requests.ts';

const HEADER = 'X-Partner-Signature';

describe('the scheme hmac', () => {
  it.each<[HmacSettings, RegExp]>([
    [{ header: HEADER }, /^[0-9a-f]{64}$/],
    [{ header: HEADER, prefix: 'sha512=', algorithm: 'sha512', encoding: 'base64' }, /^sha512=[\w+/]{86}==$/],
    [{ header: HEADER, encoding: 'base64url' }, /^[\w-]{43}$/],
    [{ header: HEADER, encoding: 'hex_upper' }, /^[0-9A-F]{64}$/],
    [{ header: HEADER, timestampHeader: 'X-Time', idHeader: 'X-Id', template: 'v9|{id}|{timestamp}|{body}|' }, /^[0-9a-f]{64}$/],
  ])('verifies what it signs with %o', (settings, form) => {
    const scheme = hmacScheme(settings);

    const headers = signed(scheme);

    expect(headers['x-partner-signature']).toMatch(form);
    expect(codeOf(verdictOf(scheme, headers))).toBe('accepted');
    expect(codeOf(verdictOf(scheme, headers, { body: `${BODY} ` }))).toBe('signature_mismatch');
  });

  it('takes base64url with padding and without', () => {
    const scheme = hmacScheme({ header: HEADER, encoding: 'base64url' });

    const verdict = verdictOf(scheme, { [HEADER]: `${signed(scheme)['x-partner-signature']}=` });

    expect(codeOf(verdict)).toBe('accepted');
  });

  it('tells the id and the time that the headers give', () => {
    const scheme = hmacScheme({ header: HEADER, timestampHeader: 'X-Time', idHeader: 'X-Id' });

    expect(verdictOf(scheme, signed(scheme))).toEqual({ kind: 'accepted', secretIndex: 0, deliveryId: ID, timestamp: NOW });
  });

  it.each([
    ['another prefix', { prefix: 'sha256=' }, { 'x-partner-signature': `md5=${'0'.repeat(64)}` }, 'signature_malformed'],
    ['another alphabet', {}, { 'x-partner-signature': 'zz' }, 'signature_malformed'],
    ['no timestamp', { timestampHeader: 'x-time' }, { 'x-time': '' }, 'timestamp_missing'],
    ['an old timestamp', { timestampHeader: 'x-time' }, { 'x-time': '1' }, 'timestamp_stale'],
    ['no id that is signed', { idHeader: 'x-id', template: '{id}:{body}' }, { 'x-id': '' }, 'delivery_id_missing'],
    ['a divider within the id', { idHeader: 'x-id', template: '{id}:{body}' }, { 'x-id': 'a:b' }, 'delivery_id_malformed'],
  ])('refuses %s', (_name, settings, changed, code) => {
    const scheme = hmacScheme({ header: HEADER, ...settings });

    const verdict = verdictOf(scheme, { ...signed(scheme), ...changed });

    expect(codeOf(verdict)).toBe(code);
  });

  it.each([
    ['hex', '0g'],
    ['hex', 'abc'],
    ['base64', 'a'],
    ['base64', 'YQ==YQ'],
    ['base64', 'YR=='],
  ] as const)('refuses a secret that is not %s: %s', (secretEncoding, secret) => {
    const scheme = hmacScheme({ header: HEADER, secretEncoding });

    const verdict = verdictOf(scheme, { [HEADER]: '00' }, { secrets: [secret] });

    expect(codeOf(verdict)).toBe('secret_malformed');
  });

  it.each<[string, Partial<HmacSettings>]>([
    ['a header with a blank in its name', { header: 'x y' }],
    ['a line break in the prefix', { prefix: 'a\r\nx: y' }],
    ['no body', { template: '{timestamp}', timestampHeader: 'x-time' }],
    ['the body twice', { template: '{body}{body}' }],
    ['a placeholder that means nothing', { template: '{body}{nonce}' }],
    ['a timestamp that is not signed', { template: '{body}', timestampHeader: 'x-time' }],
    ['a timestamp without header', { template: '{timestamp}.{body}' }],
    ['an id without header', { template: '{id}.{body}' }],
  ])('cannot be made with %s', (_name, settings) => {
    expect(() => hmacScheme({ header: HEADER, ...settings })).toThrow(SchemeSettingsError);
  });
});

describe('the table of schemes', () => {
  it.each([
    ['standard_webhooks', 'standard_webhooks'],
    ['Standard-Webhooks', 'standard_webhooks'],
    ['standard', 'standard_webhooks'],
    ['github', 'github'],
    ['stripe', 'stripe'],
    ['slack', 'slack'],
    ['hmac', 'hmac'],
    ['generic-hmac', 'hmac'],
    ['md5', undefined],
    ['constructor', undefined],
  ])('knows %s as %s', (name, known) => {
    expect(findScheme(name, { header: HEADER })?.name).toBe(known);
  });

  it('wants to know the header of the scheme hmac', () => {
    expect(() => findScheme('hmac')).toThrow(SchemeSettingsError);
  });

  it('signs with none that its own verification would refuse', () => {
    const scheme = hmacScheme({ header: HEADER, idHeader: 'x-id', template: '{id}_{body}' });

    expect(() => signed(scheme, { secrets: [SECRET] })).toThrow(expect.objectContaining({ code: 'delivery_id_malformed' }));
  });
});
