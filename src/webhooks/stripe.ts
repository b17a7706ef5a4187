import { malformedSignature, signatureHeader, supportedSignatures, type VersionedSignature } from './claim.ts';
import type { SignatureScheme } from './scheme.ts';
import { decodeSecret } from './secret-key.ts';
import { checkTimestamp } from './timestamp.ts';

const SIGNATURE = 'stripe-signature';
const FORM = 't=<Unix seconds>,v1=<hexadecimal HMAC-SHA256>';

/** Stripe. The secret is used as text, with its prefix `whsec_`. */
export const stripe: SignatureScheme = {
  name: 'stripe',
  algorithm: 'sha256',
  encoding: 'hex',
  content: '{timestamp}.{body}',
  idMember: 'id',

  readClaim(headers) {
    const items = signatureHeader(headers, SIGNATURE, FORM).split(',').map(readItem);
    const [timestamp, ...others] = items.filter(({ version }) => version === 't');
    if (others.length > 0) throw malformedSignature(SIGNATURE, FORM);
    return {
      signatures: supportedSignatures(items, { header: SIGNATURE, version: 'v1', form: FORM, encoding: 'hex' }),
      timestamp: checkTimestamp(timestamp?.signature, `t= in the header ${SIGNATURE}`),
    };
  },

  readKey: (secret) => decodeSecret(secret, 'utf8'),

  writeHeaders: (signatures, { timestamp }) => ({
    [SIGNATURE]: [`t=${timestamp}`, ...signatures.map((signature) => `v1=${signature}`)].join(','),
  }),
};

function readItem(item: string): VersionedSignature {
  const [, version, signature] = /^(\w+)=([^=]*)$/.exec(item) ?? [];
  if (version === undefined || signature === undefined) throw malformedSignature(SIGNATURE, FORM);
  return { version, signature };
}
