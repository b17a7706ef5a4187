import { WebhookRefusal } from './errors.ts';

export type SecretEncoding = 'utf8' | 'hex' | 'base64';
export const SECRET_ENCODINGS = ['utf8', 'hex', 'base64'] as const satisfies SecretEncoding[];

const SPELLINGS: Readonly<Record<SecretEncoding, string>> = { utf8: 'text', hex: 'hexadecimal digits', base64: 'Base64' };

/** The bytes that a secret stands for. @throws WebhookRefusal `secret_malformed` */
export function decodeSecret(secret: string, encoding: SecretEncoding): Uint8Array {
  const key = Buffer.from(secret, encoding);
  if (secret !== '' && isWhole(secret, key, encoding)) return key;
  throw new WebhookRefusal(
    'secret_malformed',
    `The secret is not ${secret === '' ? 'there: it is empty' : SPELLINGS[encoding]}.`,
  );
}

/** Whether every character counts: decoders pass over what they do not know. */
function isWhole(secret: string, key: Buffer, encoding: SecretEncoding): boolean {
  if (encoding === 'utf8') return secret.isWellFormed();
  const spelling = encoding === 'hex' ? secret.toLowerCase() : secret.replace(/=+$/, '');
  return key.toString(encoding).replace(/=+$/, '') === spelling;
}
