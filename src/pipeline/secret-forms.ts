/** Forms that providers give their keys, so that they can be found. */
export const SECRETS: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an API key', /(?<![\w-])(?:sk|key)-[A-Za-z0-9_-]{16,}/g],
  ['a GitHub token', /(?<!\w)gh[opsur]_[A-Za-z0-9]{16,}/g],
  ['a Slack token', /(?<!\w)xox[abeprs]-[A-Za-z0-9-]{10,}/g],
  ['an AWS access key', /(?<!\w)AKIA[A-Z0-9]{16}(?!\w)/g],
  ['a storage account key', /AccountKey=[A-Za-z0-9+/]+/gi],
  ['a shared access key', /SharedAccessKey=[A-Za-z0-9+/]+/gi],
  ['a shared access signature', /[?&]sig=[A-Za-z0-9%+/]{20,}/g],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/g],
];

/** The text with what looks like a secret crossed out, each character by one, so that places stay what they are. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, [, pattern]) => rest.replace(pattern, (secret) => '*'.repeat(secret.length)), text);
}

/** Whether a text has something in it that looks like a secret. */
export function holdsSecret(text: string): boolean {
  return SECRETS.some(([, pattern]) => text.search(pattern) >= 0);
}
