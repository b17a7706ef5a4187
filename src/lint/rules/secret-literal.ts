import type { LintFinding, LintRule } from '../lint-rule.ts';
import { SECRETS } from '../secrets.ts';

/** Looks at the text itself, so comments and documents that do not compile are looked at too. Never repeats what it found. */
export const secretLiteral: LintRule = {
  code: 'secret_literal',
  severity: 'error',
  check: ({ text }) => text.split('\n').flatMap((line, index) => inLine(line, index + 1)),
};

function inLine(text: string, line: number): readonly LintFinding[] {
  return SECRETS.flatMap(([what, pattern]) =>
    [...text.matchAll(pattern)].map(({ index }) => ({
      position: { line, column: index + 1 },
      message: `This looks like ${what}.`,
      remedy: 'Revoke it, refer to a variable in its place, and set the variable or store the secret.',
    })),
  );
}
