import type { WebhookHeaders } from './headers.ts';
import type { HmacAlgorithm, SignatureEncoding } from './signature.ts';

/** What is signed along with the body. */
export interface Stamp {
  /** Unix seconds in decimal digits, as sent. */
  readonly timestamp?: string;
  readonly deliveryId?: string;
}

/** What the headers of a request say. Nothing of it may be believed before a signature is found to match. */
export interface SignatureClaim extends Stamp {
  /** Every signature of the supported version, encoded as it was sent. At least one. */
  readonly signatures: readonly string[];
}

/** How one kind of sender signs its webhooks: HMAC over a text around the body, carried in headers. */
export interface SignatureScheme {
  readonly name: string;
  readonly algorithm: HmacAlgorithm;
  readonly encoding: SignatureEncoding;
  /** What is signed: a text with `{body}` once, and `{timestamp}` and `{id}` where they belong. */
  readonly content: string;
  /** The member of the body, if it is JSON, that holds the event's own id. */
  readonly idMember?: string;
  /** The header that says what happened. It is not signed. */
  readonly typeHeader?: string;
  /** @throws WebhookRefusal */
  readClaim(headers: WebhookHeaders): SignatureClaim;
  /** The key that a secret stands for. @throws WebhookRefusal `secret_malformed` */
  readKey(secret: string): Uint8Array;
  /** The headers to send. A scheme with room for one signature takes the first. */
  writeHeaders(signatures: readonly [string, ...string[]], stamp: Stamp): Readonly<Record<string, string>>;
}
