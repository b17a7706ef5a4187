import type { LintFinding, LintRule } from '../lint-rule.ts';

/** Forms that providers give their keys, so that they can be found. */
const SECRETS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an API key', /(?<![\w-])(?:sk|key)-[A-Za-z0-9_-]{16,}/g],
  ['a GitHub token', /(?<!\w)gh[opsur]_[A-Za-z0-9]{16,}/g],
  ['a Slack token', /(?<!\w)xox[abeprs]-[A-Za-z0-9-]{10,}/g],
  ['an AWS access key', /(?<!\w)AKIA[A-Z0-9]{16}(?!\w)/g],
  ['a storage account key', /AccountKey=[A-Za-z0-9+/]{20,}/gi],
  ['a shared access key', /SharedAccessKey=[A-Za-z0-9+/]{20,}/gi],
  ['a shared access signature', /[?&]sig=[A-Za-z0-9%+/]{20,}/g],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/g],
];

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
