import type { Settings } from './settings.ts';

/** How callers of the API are known. */
export type AccessConfig =
  | { readonly kind: 'tokens'; readonly issuer: string; readonly audience: string }
  | { readonly kind: 'keys' }
  | { readonly kind: 'open' };

const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i;
const ENTRA_HOST = /^(login\.microsoftonline\.(com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net)$/i;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads `OIDC_ISSUER`, `OIDC_AUDIENCE` and `AUTH_DISABLED`. Undefined: they are wrong, and the settings hold the reason. */
export function readAccess(settings: Settings): AccessConfig | undefined {
  const development = settings.value('APP_ENV') === 'development';
  const disabled = settings.value('AUTH_DISABLED');
  if (disabled !== undefined && disabled !== 'true' && disabled !== 'false') {
    settings.report({
      setting: 'AUTH_DISABLED',
      code: 'config_value',
      message: 'has a value that cannot be right',
      remedy: 'Set it to true or false, or remove it.',
    });
    return undefined;
  }
  const tokens = settings.has('OIDC_ISSUER') || settings.has('OIDC_AUDIENCE');
  if (disabled === 'true') return readOpen(settings, development, tokens);
  return tokens ? readTokens(settings, development) : { kind: 'keys' };
}

function readOpen(settings: Settings, development: boolean, tokens: boolean): AccessConfig | undefined {
  if (!development) {
    settings.report({
      setting: 'AUTH_DISABLED',
      code: 'config_insecure',
      message: 'would open the API to anybody, and APP_ENV is not development',
      remedy: 'Remove it.',
    });
    return undefined;
  }
  if (tokens) {
    settings.report({
      setting: 'AUTH_DISABLED',
      code: 'config_conflict',
      message: 'is set beside OIDC_ISSUER or OIDC_AUDIENCE',
      remedy: 'Keep one: either tokens are asked for, or nothing is.',
    });
    return undefined;
  }
  return { kind: 'open' };
}

/** One without the other would accept the tokens of any directory, or those for any app of it. */
function readTokens(settings: Settings, development: boolean): AccessConfig | undefined {
  const [issuer, audience] = [settings.value('OIDC_ISSUER'), settings.value('OIDC_AUDIENCE')];
  if (!settings.has('OIDC_ISSUER')) reportMissing(settings, 'OIDC_ISSUER', 'Set it to the directory whose tokens are accepted.');
  if (!settings.has('OIDC_AUDIENCE')) reportMissing(settings, 'OIDC_AUDIENCE', "Set it to the audience of this app's tokens.");
  if (issuer === undefined || audience === undefined || !checkIssuer(settings, issuer, development)) return undefined;
  warnOfVersion(settings, issuer, audience);
  return { kind: 'tokens', issuer, audience };
}

function reportMissing(settings: Settings, setting: string, remedy: string): void {
  settings.report({ setting, code: 'config_missing', message: 'is missing', remedy });
}

function checkIssuer(settings: Settings, issuer: string, development: boolean): boolean {
  const setting = 'OIDC_ISSUER';
  const url = URL.parse(issuer);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    const remedy = 'It looks like https://login.microsoftonline.com/<tenant id>/v2.0.';
    settings.report({ setting, code: 'config_format', message: 'is no address of an issuer', remedy });
    return false;
  }
  if (url.protocol === 'http:' && !(development && LOOPBACK_HOST.test(url.hostname))) {
    const message = 'would fetch the keys of tokens unencrypted';
    settings.report({ setting, code: 'config_insecure', message, remedy: 'Use https.' });
    return false;
  }
  const tenant = url.pathname.split('/')[1] ?? '';
  if (ENTRA_HOST.test(url.hostname) && !GUID.test(tenant)) {
    const remedy = 'Put the id of the one tenant into it, in place of common, organizations or a domain name.';
    settings.report({ setting, code: 'config_insecure', message: 'names no single tenant', remedy });
    return false;
  }
  return true;
}

/** Tokens of version 1 come from another issuer and are for another audience than those of version 2. */
function warnOfVersion(settings: Settings, issuer: string, audience: string): void {
  const { hostname } = new URL(issuer);
  const version2 = /\/v2\.0\/?$/.test(issuer);
  if (version2 === GUID.test(audience)) return;
  if (!ENTRA_HOST.test(hostname)) return;
  settings.warn({
    setting: version2 ? 'OIDC_AUDIENCE' : 'OIDC_ISSUER',
    code: 'config_conflict',
    message: 'is for tokens of another version than the other of OIDC_ISSUER and OIDC_AUDIENCE, so that no token may fit both',
    remedy:
      'Version 2 has …/v2.0 and the client id as audience; version 1 has https://sts.windows.net/<tenant id>/ and api://<client id>.',
  });
}
