import { PatternError } from '../schema/errors.ts';
import { compilePattern } from '../schema/pattern.ts';
import type { ReportProblem } from './node-definition.ts';

/** Whether a pattern can be used; if not, says why. */
export function checkPattern(source: string, path: readonly (string | number)[], report: ReportProblem): boolean {
  try {
    compilePattern(source);
    return true;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const remedy = 'Write it in the syntax of RE2: no backreferences, no lookaround.';
    report({
      path,
      code: error.code,
      message: error.message,
      remedy: error.code === 'pattern_limit' ? 'Make it smaller.' : remedy,
    });
    return false;
  }
}
