import { HexdagError } from '../errors.ts';

export type ConfigProblemCode =
  | 'config_missing'
  | 'config_format'
  | 'config_value'
  | 'config_integer'
  | 'config_range'
  | 'config_whitespace'
  | 'config_conflict'
  | 'config_obsolete'
  | 'config_insecure'
  | 'config_emulator_in_production'
  | 'keyvault_unresolved';

/** One setting that is missing or wrong. Names the setting and never its value. */
export interface ConfigProblem {
  readonly setting: string;
  readonly code: ConfigProblemCode;
  /** What is wrong, as the end of a sentence that begins with the setting's name. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly remedy: string;
}

/** The settings do not add up. Carries every problem, so that one look at the log is enough. */
export class ConfigError extends HexdagError {
  readonly code = 'config_invalid';
  readonly retryable = false;
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ setting, code, message, remedy }) => `  ${setting} ${message} (${code}). ${remedy}`);
    super(`The app's settings have ${problems.length} problem(s):\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
