import { AuthenticationError, CredentialUnavailableError } from '@azure/identity';
import { describe, expect, it } from 'vitest';
import { translateCosmosError } from '../../../src/adapters/azure/cosmos-errors.ts';
import { errorOfStatus } from '../../../src/adapters/azure/dependency-error.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';

describe('errorOfStatus', () => {
  it.each([408, 410, 429, 449, 500, 503])('says of %i that another try may help', (status) => {
    const error = errorOfStatus(status, 'writing', { retryAfterMs: 7 });

    expect(error).toBeInstanceOf(DependencyUnavailableError);
    expect(error.retryAfterMs).toBe(7);
  });

  it.each([400, 401, 403, 404, 413])('says of %i that another try does not help', (status) => {
    const error = errorOfStatus(status, 'writing');

    expect(error).toBeInstanceOf(DependencyRefusedError);
  });
});

describe('translateCosmosError', () => {
  it.each([new CredentialUnavailableError('no identity'), new AuthenticationError(500, 'busy')])(
    'says of an identity without a token that another try may help (%s)',
    (thrown) => {
      const error = translateCosmosError(thrown, 'writing');

      expect(error).toBeInstanceOf(DependencyUnavailableError);
      expect(error).toHaveProperty('cause', thrown);
    },
  );

  it('finds the answer that bulk requests wrap', () => {
    const answer = Object.assign(new Error('busy'), { code: 503, retryAfterInMs: 5 });

    const error = translateCosmosError(new Error('Bulk request errored', { cause: answer }), 'writing');

    expect(error).toBeInstanceOf(DependencyUnavailableError);
    expect(error).toHaveProperty('retryAfterMs', 5);
  });

  it('leaves a bug what it is', () => {
    const bug = new TypeError('x is not a function');

    const error = translateCosmosError(bug, 'writing');

    expect(error).toBe(bug);
  });
});
