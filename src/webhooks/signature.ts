import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignatureScheme, Stamp } from './scheme.ts';

export type HmacAlgorithm = 'sha1' | 'sha256' | 'sha384' | 'sha512';
export const HMAC_ALGORITHMS = ['sha1', 'sha256', 'sha384', 'sha512'] as const satisfies HmacAlgorithm[];

export type SignatureEncoding = 'hex' | 'hex_upper' | 'base64' | 'base64url';
export const SIGNATURE_ENCODINGS = ['hex', 'hex_upper', 'base64', 'base64url'] as const satisfies SignatureEncoding[];

/** Each signature has one spelling only, so that no changed character goes unnoticed. */
const ENCODERS: Readonly<Record<SignatureEncoding, (digest: Buffer) => string>> = {
  hex: (digest) => digest.toString('hex'),
  hex_upper: (digest) => digest.toString('hex').toUpperCase(),
  base64: (digest) => digest.toString('base64'),
  base64url: (digest) => digest.toString('base64url'),
};

const ALPHABETS: Readonly<Record<SignatureEncoding, RegExp>> = {
  hex: /^[0-9A-Fa-f]+$/,
  hex_upper: /^[0-9A-Fa-f]+$/,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  base64url: /^[A-Za-z0-9_-]+$/,
};

const PLACEHOLDER = /(\{(?:body|id|timestamp)\})/;

/** Whether a text can be a signature at all, whatever its length. */
export function isEncoded(signature: string, encoding: SignatureEncoding): boolean {
  return ALPHABETS[encoding].test(signature);
}

/** The content that is signed, in pieces: the body stays the bytes it is, whatever they are. */
export function signedContent(template: string, stamp: Stamp, body: Uint8Array): readonly (string | Uint8Array)[] {
  return template
    .split(PLACEHOLDER)
    .filter((piece) => piece !== '')
    .map((piece) => {
      if (piece === '{body}') return body;
      if (piece === '{timestamp}') return stamp.timestamp ?? '';
      if (piece === '{id}') return stamp.deliveryId ?? '';
      return piece;
    });
}

export function computeSignature(
  { algorithm, encoding, content }: Pick<SignatureScheme, 'algorithm' | 'encoding' | 'content'>,
  key: Uint8Array,
  stamp: Stamp,
  body: Uint8Array,
): string {
  const hmac = createHmac(algorithm, key);
  for (const piece of signedContent(content, stamp, body)) hmac.update(piece);
  return ENCODERS[encoding](hmac.digest());
}

/** Compares in a time that tells nothing but the length, which is no secret. */
export function isSameSignature(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
