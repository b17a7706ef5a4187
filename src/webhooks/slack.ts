import { singleSignature } from './claim.ts';
import { singleValue } from './headers.ts';
import type { SignatureScheme } from './scheme.ts';
import { decodeSecret } from './secret-key.ts';
import { checkTimestamp } from './timestamp.ts';

const SIGNATURE = 'x-slack-signature';
const TIMESTAMP = 'x-slack-request-timestamp';
const FORM = 'v0=<hexadecimal HMAC-SHA256>';

/** Slack: signed requests, version v0. */
export const slack: SignatureScheme = {
  name: 'slack',
  algorithm: 'sha256',
  encoding: 'hex',
  content: 'v0:{timestamp}:{body}',
  idMember: 'event_id',

  readClaim(headers) {
    return {
      signatures: singleSignature(headers, { header: SIGNATURE, version: 'v0', form: FORM, encoding: 'hex' }),
      timestamp: checkTimestamp(singleValue(headers, TIMESTAMP), `The header ${TIMESTAMP}`),
    };
  },

  readKey: (secret) => decodeSecret(secret, 'utf8'),

  writeHeaders: ([signature], { timestamp = '' }) => ({ [TIMESTAMP]: timestamp, [SIGNATURE]: `v0=${signature}` }),
};
