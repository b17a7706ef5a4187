import { deliveryId, malformedSignature, signatureHeader, signedDeliveryId } from './claim.ts';
import { SchemeSettingsError } from './errors.ts';
import { singleValue, type WebhookHeaders } from './headers.ts';
import type { SignatureScheme } from './scheme.ts';
import { decodeSecret, type SecretEncoding } from './secret-key.ts';
import { type HmacAlgorithm, isEncoded, type SignatureEncoding } from './signature.ts';
import { checkTimestamp } from './timestamp.ts';

/** How a sender without a scheme of its own name signs. */
export interface HmacSettings {
  /** The header with the signature. */
  readonly header: string;
  /** `sha256` unless given. */
  readonly algorithm?: HmacAlgorithm;
  /** `hex` unless given. */
  readonly encoding?: SignatureEncoding;
  /** What stands before the signature, such as `sha256=`. */
  readonly prefix?: string;
  /** The header with the time of signing, in Unix seconds. Without it a request can be replayed at any time. */
  readonly timestampHeader?: string;
  /** The header with the delivery's id. */
  readonly idHeader?: string;
  /** What is signed: `{body}` unless given, or `{timestamp}.{body}` with a timestamp; `{id}` stands for the delivery's id. */
  readonly template?: string;
  /** How the secret spells the key: `utf8` (as it is) unless given. */
  readonly secretEncoding?: SecretEncoding;
}

const PREFIX = /^(?:[!-~][ -~]*)?$/;
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** A scheme made to measure. @throws SchemeSettingsError */
export function hmacScheme(settings: HmacSettings): SignatureScheme {
  const { algorithm = 'sha256', encoding = 'hex', prefix = '', secretEncoding = 'utf8' } = settings;
  const header = headerName(settings.header);
  const timestampHeader = settings.timestampHeader === undefined ? undefined : headerName(settings.timestampHeader);
  const idHeader = settings.idHeader === undefined ? undefined : headerName(settings.idHeader);
  const content = settings.template ?? (timestampHeader === undefined ? '{body}' : '{timestamp}.{body}');
  checkContent(content, settings);
  if (!PREFIX.test(prefix)) throw new SchemeSettingsError('The prefix must be of ASCII characters, and begin with no blank.');
  const form = `${prefix}<${encoding} of HMAC-${algorithm.toUpperCase()}>`;

  return {
    name: 'hmac',
    algorithm,
    encoding,
    content,

    readClaim(headers) {
      const value = signatureHeader(headers, header, form);
      const signature = unpadded(value.slice(prefix.length), encoding);
      if (!value.startsWith(prefix) || !isEncoded(signature, encoding)) throw malformedSignature(header, form);
      const id = idHeader === undefined ? undefined : readId(headers, idHeader, content);
      return {
        signatures: [signature],
        ...(id === undefined ? {} : { deliveryId: id }),
        ...(timestampHeader === undefined
          ? {}
          : { timestamp: checkTimestamp(singleValue(headers, timestampHeader), `The header ${timestampHeader}`) }),
      };
    },

    readKey: (secret) => decodeSecret(secret, secretEncoding),

    writeHeaders: ([signature], stamp) => ({
      ...(idHeader === undefined || stamp.deliveryId === undefined ? {} : { [idHeader]: stamp.deliveryId }),
      ...(timestampHeader === undefined ? {} : { [timestampHeader]: stamp.timestamp ?? '' }),
      [header]: `${prefix}${signature}`,
    }),
  };
}

function readId(headers: WebhookHeaders, name: string, content: string): string | undefined {
  const [, divider] = /\{id\}([^{]*)/.exec(content) ?? [];
  return divider === undefined ? deliveryId(headers, name) : signedDeliveryId(headers, name, divider);
}

/** Senders differ in whether they pad base64url; what follows compares it without. */
function unpadded(signature: string, encoding: SignatureEncoding): string {
  return encoding === 'base64url' ? signature.replace(/={1,2}$/, '') : signature;
}

function headerName(name: string): string {
  const lower = name.toLowerCase();
  if (HEADER_NAME.test(lower)) return lower;
  throw new SchemeSettingsError(
    'A header of the scheme hmac has a name that HTTP does not allow: write letters, digits and hyphens.',
  );
}

function checkContent(content: string, { timestampHeader, idHeader }: HmacSettings): void {
  const names = [...content.matchAll(/\{(\w*)\}/g)].map(([, name = '']) => name);
  const unknown = names.find((name) => !['body', 'id', 'timestamp'].includes(name));
  if (unknown !== undefined)
    throw new SchemeSettingsError(`The template has {${unknown}}: it knows {body}, {timestamp} and {id}.`);
  if (names.filter((name) => name === 'body').length !== 1) throw new SchemeSettingsError('The template must have {body} once.');
  if (names.includes('timestamp') !== (timestampHeader !== undefined)) {
    throw new SchemeSettingsError('A timestamp protects only if it is signed: give its header, and {timestamp} in the template.');
  }
  if (names.includes('id') && idHeader === undefined) {
    throw new SchemeSettingsError('The template has {id}: give the header that holds the id.');
  }
}
