import { readHeaders } from './headers.ts';
import type { SignatureScheme, Stamp } from './scheme.ts';
import { computeSignature } from './signature.ts';
import { readKeys } from './verify.ts';

export interface OutgoingWebhook {
  readonly body: Uint8Array;
  /** The id of the delivery, the same at every attempt. */
  readonly deliveryId?: string;
}

/**
 * The headers to send along with a body, so that whoever has one of the secrets accepts it.
 * @param now Unix milliseconds
 * @throws WebhookRefusal `secret_missing`, `secret_malformed`, `delivery_id_missing`, `delivery_id_malformed`
 */
export function signWebhook(
  scheme: SignatureScheme,
  { body, deliveryId }: OutgoingWebhook,
  secrets: readonly string[],
  now: number,
): Readonly<Record<string, string>> {
  const stamp: Stamp = {
    ...(deliveryId === undefined ? {} : { deliveryId }),
    ...(scheme.content.includes('{timestamp}') ? { timestamp: String(Math.floor(now / 1000)) } : {}),
  };
  const signature = (key: Uint8Array) => computeSignature(scheme, key, stamp, body);
  const [first, ...others] = readKeys(scheme, secrets);
  const headers = scheme.writeHeaders([signature(first), ...others.map(signature)], stamp);
  // What the receiver would refuse is not sent.
  scheme.readClaim(readHeaders(Object.entries(headers)));
  return headers;
}
