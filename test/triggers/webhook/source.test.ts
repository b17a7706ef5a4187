import { describe, expect, it } from 'vitest';
import { loadTriggers } from '../../../src/triggers/load-triggers.ts';
import { triggersOf } from '../../../src/triggers/trigger.ts';
import { orderPipeline } from '../fixtures.ts';

const SIGNED = `verify: {scheme: standard_webhooks, secret: "\${PARTNER_SECRET}"}`;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function load(configs: readonly string[], settings: Readonly<Record<string, string>> = {}) {
  const files = configs.map((config, index) => ({
    file: `hook-${index}.yaml`,
    content: `kind: Trigger
metadata: { name: hook_${index} }
spec:
  type: webhook
  pipeline: order
  config:
${config.replace(/^/gm, '    ')}
`,
  }));
  const { triggers, diagnostics } = loadTriggers(files, { pipelines: [orderPipeline], settings });
  return { sources: triggersOf(triggers, 'webhook').map(({ source }) => source), diagnostics };
}

/** What a configuration is told, line by line. */
function told(config: string, settings?: Readonly<Record<string, string>>) {
  return load([config], settings).diagnostics.map(({ severity, code }) => `${severity} ${code}`);
}

describe('a webhook trigger', () => {
  it('takes signed bodies as they are, a thousand a minute, unless it says otherwise', () => {
    const { sources, diagnostics } = load([`path: payments\n${SIGNED}`]);

    expect(diagnostics).toEqual([]);
    expect(sources).toMatchObject([
      {
        path: 'payments',
        verification: {
          kind: 'signature',
          scheme: { name: 'standard_webhooks' },
          secretNames: ['PARTNER_SECRET'],
          toleranceSeconds: 300,
        },
        format: 'plain',
        allowedOrigins: [],
        requestsPerMinute: 1_000,
      },
    ]);
  });

  it('says how its sender signs, in what form events come, from where, and how many', () => {
    const config = `
path: partners/north
verify:
  scheme: hmac
  secret: ["\${NEW}", "\${OLD}"]
  header: X-Signature
  algorithm: sha512
  encoding: base64
  prefix: "v1="
  timestamp_header: x-time
  id_header: x-id
  template: "{id}.{timestamp}.{body}"
  secret_encoding: hex
  tolerance: 1m
events: cloud_events
allowed_origins: [eventgrid.azure.net]
rate_limit: 60
`;

    const { sources, diagnostics } = load([config]);

    expect(diagnostics).toEqual([]);
    expect(sources).toMatchObject([
      {
        path: 'partners/north',
        verification: {
          scheme: { name: 'hmac', algorithm: 'sha512', encoding: 'base64', content: '{id}.{timestamp}.{body}' },
          secretNames: ['NEW', 'OLD'],
          toleranceSeconds: 60,
        },
        format: 'cloud_events',
        allowedOrigins: ['eventgrid.azure.net'],
        requestsPerMinute: 60,
      },
    ]);
  });

  it('may ask for a token with a role, instead of a signature', () => {
    const { sources, diagnostics } = load([
      'path: grid\nverify: {scheme: entra}\nevents: event_grid',
      'path: other\nverify: {scheme: entra, role: AzureEventGridSecureWebhookSubscriber}',
    ]);

    expect(diagnostics).toEqual([]);
    expect(sources.map(({ verification }) => verification)).toEqual([
      { kind: 'token', role: 'Runs.Write' },
      { kind: 'token', role: 'AzureEventGridSecureWebhookSubscriber' },
    ]);
  });
});

describe('a webhook trigger that is refused or doubtful', () => {
  it('TY19: verifies nothing, without saying that it means that', () => {
    expect(told('path: a')).toEqual(['error signature_required']);
    expect(told(`path: a\nverify: {secret: "\${S}"}`)).toEqual(['error signature_required']);
    expect(told('path: a\nverify: none')).toEqual(['warning webhook_unsigned']);
    expect(told('path: a\nverify: {scheme: none}')).toEqual(['warning webhook_unsigned']);
  });

  it.each([
    ['../admin', 'route_invalid'],
    ['a//b', 'route_invalid'],
    ['a/', 'route_invalid'],
    ['"{id}"', 'route_invalid'],
    ['"a b"', 'route_invalid'],
    ['"*"', 'route_invalid'],
    ['17', 'route_invalid'],
    [`"${'a'.repeat(101)}"`, 'route_invalid'],
    ['/api/runs', 'route_conflict'],
    ['api/webhooks/payments', 'route_conflict'],
    ['admin/host', 'route_conflict'],
    ['Runtime', 'route_conflict'],
  ])('TY20: has the path %s', (path, code) => {
    expect(told(`path: ${path}\n${SIGNED}`)).toEqual([`error ${code}`]);
  });

  it.each(['24h', '11m', '0', '-5m', 'soon', '0.5'])('TY21: has the tolerance %s', (tolerance) => {
    const config = `path: a\nverify: {scheme: slack, secret: "\${S}", tolerance: ${tolerance}}`;

    expect(told(config)).toEqual(['error tolerance_range']);
  });

  it('TY22: has a secret in it, be it one or not, and is told so without it', () => {
    const spoiled = load(['path: a\nverify: {scheme: standard_webhooks, secret: "whsec_***"}']).diagnostics;
    const inline = load([`path: a\nverify: {scheme: standard_webhooks, secret: ${SECRET}}`]).diagnostics;

    expect(spoiled).toMatchObject([{ code: 'secret_format', message: expect.stringContaining('Base64') }]);
    expect(inline).toMatchObject([{ code: 'secret_inline' }]);
    expect(JSON.stringify([spoiled, inline])).not.toMatch(/\*\*\*|MfKQ9/);
  });

  it('names a setting that holds no secret of its scheme', () => {
    const config = `path: a\n${SIGNED}`;

    const { diagnostics } = load([config], { PARTNER_SECRET: 'too short' });

    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'secret_format' }]);
    expect(JSON.stringify(diagnostics)).not.toContain('too short');
    expect(told(config, { PARTNER_SECRET: SECRET })).toEqual([]);
  });

  it.each([
    ['no path', SIGNED, ['error field_missing']],
    ['no secret', 'path: a\nverify: {scheme: github}', ['error field_missing']],
    ['three secrets', `path: a\nverify: {scheme: github, secret: ["\${A}", "\${B}", "\${C}"]}`, ['error field_type']],
    ['an unknown scheme', `path: a\nverify: {scheme: githb, secret: "\${S}"}`, ['error scheme_unknown']],
    ['hmac without a header', `path: a\nverify: {scheme: hmac, secret: "\${S}"}`, ['error field_missing']],
    [
      'hmac with an algorithm of its own',
      `path: a\nverify: {scheme: hmac, secret: "\${S}", header: x, algorithm: md5}`,
      ['error value_invalid'],
    ],
    [
      'hmac with a time that is not signed',
      `path: a\nverify: {scheme: hmac, secret: "\${S}", header: x, timestamp_header: t, template: "{body}"}`,
      ['error scheme_settings_invalid'],
    ],
    [
      'a tolerance where no time is signed',
      `path: a\nverify: {scheme: github, secret: "\${S}", tolerance: 1m}`,
      ['warning key_not_supported'],
    ],
    [
      'a header where none is asked for',
      `path: a\nverify: {scheme: github, secret: "\${S}", header: x}`,
      ['warning field_unknown'],
    ],
    ['a role that is none', 'path: a\nverify: {scheme: entra, role: "a b"}', ['error field_type']],
    ['an unknown form of events', `path: a\n${SIGNED}\nevents: xml`, ['error field_type']],
    ['origins that are none', `path: a\n${SIGNED}\nallowed_origins: ["https://a.example/"]`, ['error field_type']],
    ['a rate of nothing', `path: a\n${SIGNED}\nrate_limit: 0`, ['error integer_range']],
    ['a rate in text', `path: a\n${SIGNED}\nrate_limit: "100"`, ['error integer_range']],
    ['a key that means nothing', `path: a\n${SIGNED}\nsecrets: x`, ['warning field_unknown']],
  ])('has %s', (_, config, wanted) => {
    expect(told(config)).toEqual(wanted);
  });

  it('has a path that another one has, whatever the case', () => {
    const { sources, diagnostics } = load([
      `path: payments\n${SIGNED}`,
      `path: /Payments\n${SIGNED}`,
      `path: payments/eu\n${SIGNED}`,
    ]);

    expect(diagnostics.map(({ code, file }) => `${code} ${file}`)).toEqual([
      'trigger_conflict hook-0.yaml',
      'trigger_conflict hook-1.yaml',
    ]);
    expect(sources).toMatchObject([{ path: 'payments/eu' }]);
  });

  it('leaves the others as they are', () => {
    const { sources } = load(['path: a', `path: b\n${SIGNED}`]);

    expect(sources).toMatchObject([{ path: 'b' }]);
  });
});
