import { describe, expect, it } from 'vitest';
import { type AccessConfig, readAccess } from '../../src/config/access.ts';
import { type Environment, Settings } from '../../src/config/settings.ts';

const TENANT = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const ISSUER = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const AUDIENCE = 'a1b2c3d4-0000-1111-2222-333344445555';

interface Reading {
  readonly access: AccessConfig | undefined;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

function read(environment: Environment): Reading {
  const settings = new Settings({ APP_ENV: 'production', ...environment });
  const access = readAccess(settings);
  const tell = ({ setting, code }: { readonly setting: string; readonly code: string }) => `${setting} ${code}`;
  return { access, problems: settings.problems.map(tell), warnings: settings.warnings.map(tell) };
}

describe('access to the API', () => {
  it('is by function keys unless something else is set', () => {
    expect(read({})).toEqual({ access: { kind: 'keys' }, problems: [], warnings: [] });
  });

  it('is by the tokens of an issuer for an audience', () => {
    const { access, problems, warnings } = read({ OIDC_ISSUER: ISSUER, OIDC_AUDIENCE: AUDIENCE });

    expect(access).toEqual({ kind: 'tokens', issuer: ISSUER, audience: AUDIENCE });
    expect([...problems, ...warnings]).toEqual([]);
  });

  it.each([
    ['v1 issuer, v2 audience', `https://sts.windows.net/${TENANT}/`, AUDIENCE, 'OIDC_ISSUER'],
    ['without /v2.0', `https://login.microsoftonline.com/${TENANT}`, AUDIENCE, 'OIDC_ISSUER'],
    ['v2 issuer, v1 audience', ISSUER, `api://${AUDIENCE}`, 'OIDC_AUDIENCE'],
  ])('EN9: warns of versions that do not go together: %s', (_, issuer, audience, setting) => {
    const { access, problems, warnings } = read({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience });

    expect(access?.kind).toBe('tokens');
    expect(problems).toEqual([]);
    expect(warnings).toEqual([`${setting} config_conflict`]);
  });

  it.each([
    ['EN10: an empty audience', { OIDC_ISSUER: ISSUER, OIDC_AUDIENCE: '' }, 'OIDC_AUDIENCE config_missing'],
    ['no audience', { OIDC_ISSUER: ISSUER }, 'OIDC_AUDIENCE config_missing'],
    ['no issuer', { OIDC_AUDIENCE: AUDIENCE }, 'OIDC_ISSUER config_missing'],
    ['an issuer that is no address', { OIDC_ISSUER: 'contoso', OIDC_AUDIENCE: AUDIENCE }, 'OIDC_ISSUER config_format'],
    ['an issuer with a query', { OIDC_ISSUER: `${ISSUER}?x=1`, OIDC_AUDIENCE: AUDIENCE }, 'OIDC_ISSUER config_format'],
    [
      'an issuer of all tenants',
      { OIDC_ISSUER: 'https://login.microsoftonline.com/common/v2.0', OIDC_AUDIENCE: AUDIENCE },
      'OIDC_ISSUER config_insecure',
    ],
    ['keys unencrypted', { OIDC_ISSUER: 'http://login.example/x', OIDC_AUDIENCE: AUDIENCE }, 'OIDC_ISSUER config_insecure'],
    [
      'keys of this machine in production',
      { OIDC_ISSUER: 'http://127.0.0.1:8080/x', OIDC_AUDIENCE: AUDIENCE },
      'OIDC_ISSUER config_insecure',
    ],
    ['EN11: no check at all in production', { AUTH_DISABLED: 'true' }, 'AUTH_DISABLED config_insecure'],
    ['no check at all in staging', { APP_ENV: 'staging', AUTH_DISABLED: 'true' }, 'AUTH_DISABLED config_insecure'],
    ['a switch of another word', { AUTH_DISABLED: 'yes' }, 'AUTH_DISABLED config_value'],
    [
      'no check beside tokens',
      { APP_ENV: 'development', AUTH_DISABLED: 'true', OIDC_ISSUER: ISSUER, OIDC_AUDIENCE: AUDIENCE },
      'AUTH_DISABLED config_conflict',
    ],
  ])('is refused with %s', (_, environment, problem) => {
    const { access, problems } = read(environment);

    expect(access).toBeUndefined();
    expect(problems).toEqual([problem]);
  });

  it.each([
    [{ AUTH_DISABLED: 'true' }, 'open'],
    [{ AUTH_DISABLED: 'false' }, 'keys'],
    [{ OIDC_ISSUER: 'http://127.0.0.1:8080/x', OIDC_AUDIENCE: AUDIENCE }, 'tokens'],
    [{ OIDC_ISSUER: 'https://login.example/realm', OIDC_AUDIENCE: 'orders' }, 'tokens'],
  ])('in development may be by %j', (environment, kind) => {
    const { access, problems, warnings } = read({ APP_ENV: 'development', ...environment });

    expect(access?.kind).toBe(kind);
    expect([...problems, ...warnings]).toEqual([]);
  });
});
