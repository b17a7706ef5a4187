import type { Runtime } from './runtime.ts';
import type { Value } from './values.ts';

/** A function that expressions can call. Arguments are bound to the parameters before, so that every mistake is found when parsing. */
export interface FunctionDefinition {
  readonly parameters: readonly string[];
  /** How many of the parameters must be given. */
  readonly required: number;
  /** Takes further plain arguments after the parameters. */
  readonly rest?: boolean;
  /** What can be given by name only. */
  readonly named?: readonly string[] | 'any';
  /** Works on unknown names instead of failing. */
  readonly acceptsMissing?: boolean;
  call(args: readonly (Value | undefined)[], runtime: Runtime, named: Readonly<Record<string, Value>>): Value;
}
