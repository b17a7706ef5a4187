import { expect, it } from 'vitest';
import { EnvironmentSecrets } from '../../../src/adapters/host/environment-secrets.ts';

it('a secret is what its setting holds, but neither nothing nor a reference to a key vault that was not resolved', () => {
  const secrets = new EnvironmentSecrets({
    SET: 's3cret',
    EMPTY: '',
    UNRESOLVED: '@Microsoft.KeyVault(VaultName=v;SecretName=s)',
  });

  const found = ['SET', 'EMPTY', 'UNRESOLVED', 'MISSING'].map((name) => secrets.get(name));

  expect(found).toEqual(['s3cret', undefined, undefined, undefined]);
});
