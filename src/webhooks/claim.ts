import { WebhookRefusal } from './errors.ts';
import { repeatedHeader, singleValue, type WebhookHeaders } from './headers.ts';
import { isEncoded, type SignatureEncoding } from './signature.ts';

/** A signature with the version of the scheme it follows. */
export interface VersionedSignature {
  readonly version: string;
  readonly signature: string;
}

/** Which signatures of a header count, and what they look like. */
interface SupportedSignature {
  readonly header: string;
  readonly version: string;
  readonly form: string;
  readonly encoding: SignatureEncoding;
}

/** More are not needed to rotate a secret, and each costs a comparison. */
const SIGNATURES = 16;
const DELIVERY_ID_LENGTH = 255;
/** Two signatures of one version. */
const REPEATED = /^(\w+)=[^,]*,\1=/;

/**
 * @param repeated what the value looks like if two headers were joined with a bare comma on the way, as Azure does
 * @throws WebhookRefusal `signature_missing`, `header_repeated`, `header_too_large`
 */
export function signatureHeader(headers: WebhookHeaders, name: string, form: string, repeated?: RegExp): string {
  const value = singleValue(headers, name);
  if (value !== undefined && repeated?.test(value) === true) throw repeatedHeader(name);
  if (value !== undefined) return value;
  throw new WebhookRefusal('signature_missing', `The header ${name} is missing: send ${form}.`);
}

/** Refuses a signature header that is not of the form the scheme has. */
export function malformedSignature(name: string, form: string): WebhookRefusal {
  return new WebhookRefusal('signature_malformed', `The header ${name} cannot be read: send ${form}.`);
}

/**
 * The signatures of the version that is supported.
 * @throws WebhookRefusal `no_supported_signature`, `signatures_too_many`, `signature_malformed`
 */
export function supportedSignatures(
  given: readonly VersionedSignature[],
  { header, version, form, encoding }: SupportedSignature,
): readonly string[] {
  const signatures = given.filter((one) => one.version === version).map(({ signature }) => signature);
  if (signatures.length === 0) {
    throw new WebhookRefusal(
      'no_supported_signature',
      `The header ${header} has no signature of version ${version}: send ${form}.`,
    );
  }
  if (signatures.length > SIGNATURES) {
    throw new WebhookRefusal('signatures_too_many', `The header ${header} has more than ${SIGNATURES} signatures.`);
  }
  if (!signatures.every((signature) => isEncoded(signature, encoding))) throw malformedSignature(header, form);
  return signatures;
}

/**
 * The signature of a header that holds one, after its version: `sha256=…`.
 * @throws WebhookRefusal as `signatureHeader` and `supportedSignatures`
 */
export function singleSignature(headers: WebhookHeaders, supported: SupportedSignature): readonly string[] {
  const { header, form } = supported;
  const value = signatureHeader(headers, header, form, REPEATED);
  const [, version, signature] = /^(\w+)=(.+)$/.exec(value) ?? [];
  if (version === undefined || signature === undefined) throw malformedSignature(header, form);
  return supportedSignatures([{ version, signature }], supported);
}

/** An id of visible ASCII, or undefined if there is none. @throws WebhookRefusal `delivery_id_malformed` */
export function deliveryId(headers: WebhookHeaders, name: string): string | undefined {
  const id = singleValue(headers, name);
  if (id === undefined || (/^[!-~]+$/.test(id) && id.length <= DELIVERY_ID_LENGTH)) return id;
  throw new WebhookRefusal(
    'delivery_id_malformed',
    `The header ${name} is no id: send 1 to ${DELIVERY_ID_LENGTH} visible ASCII characters.`,
  );
}

/**
 * An id that is signed. What divides it from the rest of the content must not be in it: it would be open where the id ends.
 * @throws WebhookRefusal `delivery_id_missing`, `delivery_id_malformed`
 */
export function signedDeliveryId(headers: WebhookHeaders, name: string, divider: string): string {
  const id = deliveryId(headers, name);
  if (id === undefined) {
    throw new WebhookRefusal(
      'delivery_id_missing',
      `The header ${name} is missing: send the id of the delivery, as it is signed.`,
    );
  }
  if (divider === '' || !id.includes(divider)) return id;
  throw new WebhookRefusal(
    'delivery_id_malformed',
    `The header ${name} has '${divider}' in it, which divides what is signed: send another id.`,
  );
}
