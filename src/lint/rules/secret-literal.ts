import { SECRETS } from '../../pipeline/secret-forms.ts';
import type { LintFinding, LintRule } from '../lint-rule.ts';

/** Looks at the text itself, so comments and documents that do not compile are looked at too. Never repeats what it found. */
export const secretLiteral: LintRule = {
  code: 'secret_literal',
  severity: 'error',
  check: ({ text }) =>
    SECRETS.flatMap(([what, pattern]) => [...text.matchAll(pattern)].map(({ index }) => finding(what, text, index))),
};

function finding(what: string, text: string, offset: number): LintFinding {
  const before = text.slice(0, offset).split('\n');
  return {
    position: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
    message: `This looks like ${what}.`,
    remedy: 'Revoke it, refer to a variable in its place, and set the variable or store the secret.',
  };
}
