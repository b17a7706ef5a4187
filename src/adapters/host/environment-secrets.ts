import type { SecretSource } from '../../ports/secret-source.ts';

/** Secrets in environment variables, which in Azure may be references to a key vault. */
export class EnvironmentSecrets implements SecretSource {
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#environment = environment;
  }

  get(name: string): string | undefined {
    return this.#environment[name] || undefined;
  }
}
