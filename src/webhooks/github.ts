import { deliveryId, singleSignature } from './claim.ts';
import type { SignatureScheme } from './scheme.ts';
import { decodeSecret } from './secret-key.ts';

const SIGNATURE = 'x-hub-signature-256';
const DELIVERY = 'x-github-delivery';
const FORM = 'sha256=<hexadecimal HMAC-SHA256>; sha1 in x-hub-signature is not enough';

/** GitHub. Neither the delivery's id nor its time is signed. */
export const github: SignatureScheme = {
  name: 'github',
  algorithm: 'sha256',
  encoding: 'hex',
  content: '{body}',
  typeHeader: 'x-github-event',

  readClaim(headers) {
    const signatures = singleSignature(headers, { header: SIGNATURE, version: 'sha256', form: FORM, encoding: 'hex' });
    const id = deliveryId(headers, DELIVERY);
    return {
      signatures,
      ...(id === undefined ? {} : { deliveryId: id }),
    };
  },

  readKey: (secret) => decodeSecret(secret, 'utf8'),

  writeHeaders: ([signature], { deliveryId }) => ({
    ...(deliveryId === undefined ? {} : { [DELIVERY]: deliveryId }),
    [SIGNATURE]: `sha256=${signature}`,
  }),
};
