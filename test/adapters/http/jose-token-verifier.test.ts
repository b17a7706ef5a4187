import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JoseTokenVerifier } from '../../../src/adapters/http/jose-token-verifier.ts';
import { KeysUnavailableError } from '../../../src/ports/errors.ts';
import { AUDIENCE, KeyServer, OTHER_TENANT, TENANT, unsigned } from '../../helpers/key-server.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const ROLES = ['Runs.Read'];

let directory: KeyServer;
let clock: ManualClock;
let verifier: JoseTokenVerifier;

beforeEach(async () => {
  directory = await KeyServer.start();
  clock = new ManualClock();
  verifier = new JoseTokenVerifier({ issuer: directory.issuer, audience: AUDIENCE }, clock);
});

afterEach(() => directory.close());

type Parts = Parameters<KeyServer['token']>[1];

/** A token of the time that the clock shows. */
function token(parts: Parts = {}): Promise<string> {
  return directory.token(ROLES, { now: clock.now() / 1_000, ...parts });
}

async function verdictOn(parts: Parts): Promise<string> {
  return codeOf(await token(parts));
}

async function codeOf(text: string): Promise<string> {
  const verdict = await verifier.verify(`Bearer ${text}`);
  return verdict.kind === 'accepted' ? 'accepted' : verdict.code;
}

function seconds(after: number): number {
  return clock.now() / 1_000 + after;
}

describe('a token of the directory', () => {
  it('is accepted, and tells who sends it and what they may do', async () => {
    const verdict = await verifier.verify(`Bearer ${await token()}`);

    expect(verdict).toEqual({ kind: 'accepted', caller: { subject: 'caller-1', application: 'backend-1', roles: ROLES } });
  });

  it('of version 1 names its application otherwise', async () => {
    const verdict = await verifier.verify(`bearer ${await token({ claims: { azp: undefined, appid: 'old-app' } })}`);

    expect(verdict).toMatchObject({ caller: { application: 'old-app' } });
  });

  it('without roles is a caller who may do nothing', async () => {
    const verdict = await verifier.verify(`Bearer ${await token({ claims: { roles: undefined } })}`);

    expect(verdict).toMatchObject({ kind: 'accepted', caller: { roles: [] } });
  });

  it.each([
    ['its time ended a minute ago', { exp: -59 }, 'accepted'],
    ['its time ended longer ago', { exp: -61 }, 'token_expired'],
    ['it begins within a minute', { nbf: 60 }, 'accepted'],
    ['it begins later', { nbf: 62 }, 'token_not_yet_valid'],
  ])('where %s is %s', async (_, times, code) => {
    const claims = Object.fromEntries(Object.entries(times).map(([name, offset]) => [name, seconds(offset)]));

    expect(await verdictOn({ claims })).toBe(code);
  });

  it.each([
    ['of another issuer', { iss: 'https://login.example/x' }, 'issuer_mismatch'],
    ['of another tenant, by the same keys', { tid: OTHER_TENANT }, 'issuer_mismatch'],
    ['of no tenant', { tid: undefined }, 'issuer_mismatch'],
    ['for another app', { aud: 'api://other' }, 'audience_mismatch'],
    ['for no app', { aud: undefined }, 'audience_mismatch'],
    ['without an end', { exp: undefined }, 'token_malformed'],
    ['with an end that is a text', { exp: '2027-01-01' }, 'token_malformed'],
    ['of nobody', { sub: undefined }, 'token_malformed'],
    ['with roles that are a text', { roles: 'Operator' }, 'token_malformed'],
  ])('%s is refused', async (_, claims, code) => {
    const text = await token({ claims: Object.fromEntries(Object.entries(claims)) });

    expect(await codeOf(text)).toBe(code);
  });

  it('may name several audiences', async () => {
    expect(await verdictOn({ claims: { aud: ['other', AUDIENCE] } })).toBe('accepted');
  });
});

describe('what is no token of the directory', () => {
  it.each([
    [null, 'token_missing'],
    ['Basic dXNlcjpwYXNz', 'token_missing'],
    ['', 'token_missing'],
    ['Bearer', 'token_malformed'],
    ['Bearer a', 'token_malformed'],
    ['Bearer a.b', 'token_malformed'],
    ['Bearer a.b.c', 'token_malformed'],
    ['Bearer a.b.c.d.e', 'token_malformed'],
    ['Bearer eyJhbGciOiJSUzI1NiJ9.e30.c, Bearer x', 'token_malformed'],
  ])('%j is refused, and nothing is fetched for it', async (authorization, code) => {
    const verdict = await verifier.verify(authorization);

    expect(verdict).toMatchObject({ kind: 'refused', code });
    expect(directory.fetches).toEqual({ discovery: 0, keys: 0 });
  });

  it('is what says that it is signed in another way, or not at all', async () => {
    const codes = [await codeOf(unsigned(await token())), await codeOf(await directory.tokenByPublicKey(ROLES))];

    expect(codes).toEqual(['alg_not_allowed', 'alg_not_allowed']);
    expect(directory.fetches).toEqual({ discovery: 0, keys: 0 });
  });

  it.each(['jku', 'x5u', 'jwk', 'x5c'])('is what brings its own key (%s)', async (name) => {
    const header = { [name]: name === 'jwk' ? { kty: 'RSA' } : `${directory.issuer}/keys` };

    expect(await verdictOn({ header })).toBe('key_not_found');
    expect(directory.fetches).toEqual({ discovery: 0, keys: 0 });
  });

  it('is what was signed by somebody else under the same key id', async () => {
    const stranger = await KeyServer.start();
    const forged = await stranger.token(ROLES, { claims: { iss: directory.issuer }, now: clock.now() / 1_000 });
    await stranger.close();

    expect(await codeOf(forged)).toBe('signature_mismatch');
  });

  it('is what was changed after it was signed', async () => {
    const [header, payload = '', signature] = (await token()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...claims, roles: ['Operator'] })).toString('base64url');

    expect(await codeOf(`${header}.${changed}.${signature}`)).toBe('signature_mismatch');
  });

  it('is never repeated in what is said of it', async () => {
    const texts = [await token({ claims: { aud: 'x' } }), await token({ header: { kid: 'secret-kid' } })];

    const verdicts = await Promise.all(texts.map((text) => verifier.verify(`Bearer ${text}`)));

    for (const text of texts) expect(JSON.stringify(verdicts)).not.toContain(text.split('.')[2]);
    expect(JSON.stringify(verdicts)).not.toContain('secret-kid');
  });
});

describe('the keys of the directory', () => {
  it('are fetched once for many tokens at once', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, () => token()));

    const codes = await Promise.all(texts.map(codeOf));

    expect(new Set(codes)).toEqual(new Set(['accepted']));
    expect(directory.fetches).toEqual({ discovery: 1, keys: 1 });
  });

  it('are fetched no more than twice for a hundred tokens with keys nobody knows', async () => {
    await codeOf(await token());
    clock.advance(MINUTE_MS);
    const texts = await Promise.all(Array.from({ length: 100 }, (_, index) => token({ header: { kid: `unknown-${index}` } })));

    const codes = await Promise.all(texts.map(codeOf));

    expect(new Set(codes)).toEqual(new Set(['key_not_found']));
    expect(directory.fetches.keys).toBe(2);
  });

  it('are fetched no more than once in half a minute for such tokens that come one after the other', async () => {
    await codeOf(await token());
    clock.advance(MINUTE_MS);
    const codes: string[] = [];

    for (let sent = 0; sent < 100; sent += 1) {
      codes.push(await verdictOn({ header: { kid: `unknown-${sent}` } }));
      clock.advance(300);
    }

    expect(new Set(codes)).toEqual(new Set(['key_not_found']));
    expect(directory.fetches.keys).toBe(2);
    expect(await verdictOn({ header: { kid: 'unknown' } })).toBe('key_not_found');
    expect(directory.fetches.keys).toBe(3);
  });

  it('are fetched again for a key that is new', async () => {
    await codeOf(await token());
    await directory.publish('key-1', 'key-2');
    clock.advance(MINUTE_MS);

    expect(await verdictOn({ header: { kid: 'key-2' } })).toBe('accepted');
  });

  it('are no longer good once the directory has taken them back', async () => {
    await codeOf(await token());
    await directory.publish('key-2');
    clock.advance(MINUTE_MS);
    await verdictOn({ header: { kid: 'key-2' } });

    expect(await verdictOn({})).toBe('key_not_found');
  });

  it('go on serving while the directory does not answer', async () => {
    await codeOf(await token());
    directory.isDown = true;
    clock.advance(DAY_MS - MINUTE_MS);

    const codes = [await verdictOn({}), await verdictOn({}), await verdictOn({ header: { kid: 'unknown' } })];

    expect(codes).toEqual(['accepted', 'accepted', 'key_not_found']);
  });

  it('are too old after a day without an answer', async () => {
    await codeOf(await token());
    directory.isDown = true;
    clock.advance(DAY_MS + MINUTE_MS);

    await expect(verdictOn({})).rejects.toThrow(KeysUnavailableError);
  });

  it('cannot be had while the directory is away and none are known, and are asked for once a second at most', async () => {
    directory.isDown = true;
    const text = await token();

    const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => codeOf(text)));
    const again = codeOf(text);

    await expect(again).rejects.toMatchObject({ code: 'keys_unavailable', retryable: true, retryAfterMs: expect.any(Number) });
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 'rejected'));
    expect(directory.fetches).toEqual({ discovery: 1, keys: 0 });
  });

  it('are there again once the directory is', async () => {
    directory.isDown = true;
    await codeOf(await token()).catch(() => undefined);
    directory.isDown = false;
    clock.advance(1_000);

    expect(await verdictOn({})).toBe('accepted');
  });

  it('are not taken from a directory that calls itself otherwise', async () => {
    const wrong = directory.issuer.replace(TENANT, OTHER_TENANT);
    const other = new JoseTokenVerifier({ issuer: wrong, audience: AUDIENCE }, clock);

    const verdict = other.verify(`Bearer ${await token()}`);

    await expect(verdict).rejects.toThrow('names another issuer; correct OIDC_ISSUER');
  });
});
