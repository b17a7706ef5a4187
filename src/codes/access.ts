import type { CodeGroup } from './code-entry.ts';

export const ACCESS_CODES: CodeGroup = {
  title: 'Access to the HTTP API',
  introduction: 'Why a caller is not let in, or asks for what the API does not have.',
  codes: {
    access_local_only: {
      title: 'A request from another machine to an open API',
      why: 'AUTH_DISABLED lets everybody in, so it is for this machine alone.',
      remedy: 'Call 127.0.0.1 or localhost, or set OIDC_ISSUER and OIDC_AUDIENCE.',
    },
    alg_not_allowed: {
      title: 'A token signed in another way',
      why: 'Only RS256 is accepted; none and HS256 are how tokens are forged.',
      remedy: 'Get the token from the directory.',
    },
    audience_mismatch: {
      title: 'A token for another app',
      why: 'Its aud is not OIDC_AUDIENCE.',
      remedy: 'Ask for a token of this app: scope api://<client id>/.default.',
    },
    issuer_mismatch: {
      title: 'A token of another issuer or tenant',
      why: 'Its iss or tid is not what OIDC_ISSUER says.',
      remedy: 'Sign in to the right tenant; compare the version of the token (v1 or v2.0) with OIDC_ISSUER.',
    },
    key_not_found: {
      title: 'A token signed with an unknown key',
      why: 'Its key is not among those that the issuer publishes, or it brings one along.',
      remedy: 'Get a new token; keys published in the last half minute may not be known yet.',
    },
    keys_unavailable: {
      title: "The issuer's keys cannot be had",
      why: 'Its server does not answer, and no keys are at hand.',
      remedy: 'Send the request again; check OIDC_ISSUER and that the app may reach it.',
    },
    method_not_allowed: {
      title: 'A method that the path does not take',
      why: 'The header Allow names those it does.',
      remedy: 'Use one of them.',
    },
    role_missing: {
      title: 'A caller without the role',
      why: 'The token is good, but does not say that its bearer may do this.',
      remedy: 'Assign the app role that the message names, and get a new token.',
    },
    route_unknown: { title: 'No such path', why: 'The API does not have it.', remedy: 'Compare it with docs/http-api.md.' },
    token_expired: {
      title: 'A token that has expired',
      why: 'Its time is over, by more than a minute.',
      remedy: 'Get a new one.',
    },
    token_malformed: {
      title: 'A token that cannot be read',
      why: 'It is no signed JWT, or lacks exp or sub.',
      remedy: 'Send what the directory gave, unchanged, after Bearer and a space.',
    },
    token_missing: {
      title: 'A request without a token',
      why: 'The API is open to known callers only.',
      remedy: 'Send the header Authorization: Bearer <token>.',
    },
    token_not_yet_valid: {
      title: 'A token from the future',
      why: 'Its nbf is more than a minute away.',
      remedy: 'Compare the clocks.',
    },
  },
};
