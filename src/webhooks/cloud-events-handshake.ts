import { type HeaderPairs, readHeaders, singleValue } from './headers.ts';

/** Who may deliver CloudEvents, and how fast. */
export interface DeliveryConsent {
  /** Names of hosts, as senders give them (`eventgrid.azure.net`); `*` is everybody. */
  readonly allowedOrigins: readonly string[];
  readonly requestsPerMinute: number;
}

/**
 * The headers that answer an OPTIONS request of the CloudEvents webhook handshake. A sender that is not allowed gets no consent,
 * and the address that it may offer for consenting later (`WebHook-Request-Callback`) is never called.
 * @throws WebhookRefusal `header_repeated`, `header_too_large`
 */
export function answerHandshake(headers: HeaderPairs, consent: DeliveryConsent): Readonly<Record<string, string>> {
  const origin = singleValue(readHeaders(headers), 'webhook-request-origin')?.toLowerCase();
  const allowed = consent.allowedOrigins.find((one) => one === '*' || one.toLowerCase() === origin);
  const answer = { allow: 'POST, OPTIONS' };
  if (origin === undefined || allowed === undefined) return answer;
  return { ...answer, 'webhook-allowed-origin': allowed, 'webhook-allowed-rate': String(consent.requestsPerMinute) };
}
