import type { SecretSource } from '../../ports/secret-source.ts';

/** What Azure leaves in place of a secret that it could not read: a text that others can guess, and no secret. */
const UNRESOLVED = /^@Microsoft\.KeyVault\(/i;

/** Secrets in environment variables, which in Azure may be references to a key vault. */
export class EnvironmentSecrets implements SecretSource {
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
  }

  get(name: string): string | undefined {
    const value = this.#environment[name] ?? '';
    return value === '' || UNRESOLVED.test(value) ? undefined : value;
  }
}
