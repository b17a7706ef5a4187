import { malformedSignature, signatureHeader, signedDeliveryId, supportedSignatures } from './claim.ts';
import { WebhookRefusal } from './errors.ts';
import { singleValue } from './headers.ts';
import type { SignatureScheme } from './scheme.ts';
import { decodeSecret } from './secret-key.ts';
import { checkTimestamp } from './timestamp.ts';

const ID = 'webhook-id';
const TIMESTAMP = 'webhook-timestamp';
const SIGNATURE = 'webhook-signature';
const FORM = 'v1,<Base64 of HMAC-SHA256>, several of them with a space between';
const REPEATED = /(?:^| )\w+,[^, ]+,\w+,/;
const SECRET_PREFIX = 'whsec_';
/** Shorter ones the specification does not allow, since they could be guessed. */
const KEY_BYTES = 24;

/** Standard Webhooks 1.0, symmetric signatures. */
export const standardWebhooks: SignatureScheme = {
  name: 'standard_webhooks',
  algorithm: 'sha256',
  encoding: 'base64',
  content: '{id}.{timestamp}.{body}',

  readClaim(headers) {
    const given = signatureHeader(headers, SIGNATURE, FORM, REPEATED)
      .split(' ')
      .map((item) => {
        const [, version, signature] = /^(\w+),([^,]+)$/.exec(item) ?? [];
        if (version === undefined || signature === undefined) throw malformedSignature(SIGNATURE, FORM);
        return { version, signature };
      });
    return {
      signatures: supportedSignatures(given, { header: SIGNATURE, version: 'v1', form: FORM, encoding: 'base64' }),
      deliveryId: signedDeliveryId(headers, ID, '.'),
      timestamp: checkTimestamp(singleValue(headers, TIMESTAMP), `The header ${TIMESTAMP}`),
    };
  },

  readKey(secret) {
    const key = decodeSecret(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret, 'base64');
    if (key.byteLength >= KEY_BYTES) return key;
    throw new WebhookRefusal(
      'secret_malformed',
      `The secret is ${key.byteLength} bytes in Base64: it needs at least ${KEY_BYTES}.`,
    );
  },

  writeHeaders: (signatures, { deliveryId = '', timestamp = '' }) => ({
    [ID]: deliveryId,
    [TIMESTAMP]: timestamp,
    [SIGNATURE]: signatures.map((signature) => `v1,${signature}`).join(' '),
  }),
};
