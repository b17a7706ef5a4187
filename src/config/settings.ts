import type { ConfigProblem } from './problem.ts';

/** The environment as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Azure leaves the reference itself in place of the value when it could not be read. */
const KEY_VAULT_REFERENCE = /^@Microsoft\.KeyVault\(/i;

/**
 * The settings as their readers see them: empty ones count as missing, spoiled ones (a Key Vault reference that stayed a
 * reference, stray white space) are reported once and then known as present without a value.
 */
export class Settings {
  readonly #environment: Environment;
  readonly #problems = new Map<string, ConfigProblem>();
  readonly #warnings: ConfigProblem[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  has(name: string): boolean {
    return (this.#environment[name] ?? '') !== '';
  }

  /** The value, or undefined if it is missing or spoiled. */
  value(name: string): string | undefined {
    const value = this.#environment[name];
    if (value === undefined || value === '') return undefined;
    if (KEY_VAULT_REFERENCE.test(value)) {
      this.report({
        setting: name,
        code: 'keyvault_unresolved',
        message: 'is a Key Vault reference that was not resolved',
        remedy: "Check that the secret exists and that the app's identity may read it.",
      });
      return undefined;
    }
    if (value !== value.trim()) {
      this.report({
        setting: name,
        code: 'config_whitespace',
        message: 'begins or ends with white space',
        remedy: 'Store it again without the space or line break.',
      });
      return undefined;
    }
    return value;
  }

  /** Adds a problem; of one setting only the first counts, since what follows is mostly its echo. */
  report(problem: ConfigProblem): void {
    if (!this.#problems.has(problem.setting)) this.#problems.set(problem.setting, problem);
  }

  /** Adds what is doubtful and yet accepted. */
  warn(warning: ConfigProblem): void {
    this.#warnings.push(warning);
  }

  get warnings(): readonly ConfigProblem[] {
    return this.#warnings;
  }

  get problems(): readonly ConfigProblem[] {
    return [...this.#problems.values()];
  }
}
