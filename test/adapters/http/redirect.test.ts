import { expect, it } from 'vitest';
import { nextHop } from '../../../src/adapters/http/redirect.ts';
import { HttpRedirectError } from '../../../src/ports/http-errors.ts';

const hop = { method: 'GET', url: new URL('https://api.example/x'), headers: { authorization: 'Bearer abc' } };

it('never leaves an encrypted connection for another', () => {
  expect(() => nextHop(hop, 302, 'http://api.example/x')).toThrow(HttpRedirectError);
});

it('counts another port as another origin', () => {
  const next = nextHop(hop, 302, 'https://api.example:8443/x');

  expect(next?.headers).toEqual({});
});

it('is none without a place to go to', () => {
  expect(nextHop(hop, 302, null)).toBeUndefined();
});
