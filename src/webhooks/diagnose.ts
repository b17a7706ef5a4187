import { readHeaders } from './headers.ts';
import type { SignatureClaim, SignatureScheme } from './scheme.ts';
import { computeSignature, isSameSignature } from './signature.ts';
import type { WebhookRequest } from './verify.ts';

/**
 * Finds out what went wrong where a signature does not fit: tries bodies as programs on the way may have changed them, and secrets as
 * they may have been meant. For people who look for a mistake; a receiver spends one computation per secret only.
 * @returns a sentence without anything secret in it, or undefined if nothing that is tried fits
 * @throws WebhookRefusal if the request is not that far
 */
export function diagnoseMismatch(
  scheme: SignatureScheme,
  request: WebhookRequest,
  secrets: readonly string[],
): string | undefined {
  const claim = scheme.readClaim(readHeaders(request.headers));
  const keys = secrets.map((secret) => scheme.readKey(secret));
  const fits = (key: Uint8Array, body: Uint8Array) => {
    const expected = computeSignature(scheme, key, claim, body);
    return claim.signatures.some((signature) => isSameSignature(expected, signature));
  };
  const body = changedBodies(request.body).find(([, changed]) => keys.some((key) => fits(key, changed)));
  if (body !== undefined) return `It fits the body ${body[0]}: verify the raw body, before anything reads or rewrites it.`;
  const secret = secrets.flatMap(otherKeys).find(([, key]) => fits(key, request.body));
  if (secret !== undefined) return `It fits the secret ${secret[0]}: check how the sender reads it.`;
  return otherSpelling(scheme, claim, keys, request.body);
}

type Variant = readonly [change: string, bytes: Uint8Array];

function changedBodies(body: Uint8Array): readonly Variant[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = bytes.toString('latin1');
  const rewritten = (change: string, changed: string): Variant => [change, Buffer.from(changed, 'latin1')];
  return [
    rewritten('without the line break at its end', text.replace(/\r?\n$/, '')),
    rewritten('with a line break at its end', `${text}\n`),
    rewritten('without white space at its ends', text.trim()),
    rewritten('with line feeds alone between its lines', text.replaceAll('\r\n', '\n')),
    rewritten('with carriage returns between its lines', text.replace(/(?<!\r)\n/g, '\r\n')),
    rewritten('without its byte order mark', text.replace(/^\xef\xbb\xbf/, '')),
    ['decoded as UTF-8 with replacement characters', Buffer.from(bytes.toString('utf8'))],
    ['taken for Latin-1 and encoded again', Buffer.from(text)],
    ...serializedAgain(bytes.toString('utf8')),
    ['left out', Buffer.alloc(0)],
  ];
}

function serializedAgain(text: string): readonly Variant[] {
  try {
    const value = JSON.parse(text);
    return [
      ['parsed and written again as compact JSON', Buffer.from(JSON.stringify(value))],
      ['parsed and written again as indented JSON', Buffer.from(JSON.stringify(value, undefined, 2))],
    ];
  } catch {
    return [];
  }
}

function otherKeys(secret: string): readonly Variant[] {
  const bare = secret.trim().replace(/^whsec_/, '');
  return [
    ['as text, as it is written', Buffer.from(secret)],
    ['without the white space around it', Buffer.from(secret.trim())],
    ['as text without its prefix whsec_', Buffer.from(bare)],
    ['decoded from Base64', Buffer.from(bare, 'base64')],
    ['decoded from hexadecimal digits', Buffer.from(bare, 'hex')],
  ];
}

function otherSpelling(
  scheme: SignatureScheme,
  { signatures, ...stamp }: SignatureClaim,
  keys: readonly Uint8Array[],
  body: Uint8Array,
): string | undefined {
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    const expected = keys.map((key) => plain(computeSignature({ ...scheme, encoding }, key, stamp, body)));
    if (signatures.some((signature) => expected.includes(plain(signature)))) {
      return `It fits but for its spelling: this scheme writes ${scheme.encoding}, in that case and with that padding exactly.`;
    }
  }
  return undefined;
}

function plain(signature: string): string {
  return signature.replace(/=+$/, '').toLowerCase();
}
