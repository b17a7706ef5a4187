import type { WebhookCode } from '../webhooks/errors.ts';
import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** What the sender can do nothing about: our own secret. */
type OwnFault = 'secret_malformed' | 'secret_missing';

const STATUS: Readonly<Record<Exclude<WebhookCode, OwnFault>, number>> = {
  delivery_id_malformed: 400,
  delivery_id_missing: 401,
  header_repeated: 400,
  header_too_large: 431,
  no_supported_signature: 401,
  signature_malformed: 401,
  signature_mismatch: 401,
  signature_missing: 401,
  signatures_too_many: 401,
  timestamp_future: 401,
  timestamp_malformed: 401,
  timestamp_missing: 401,
  timestamp_stale: 401,
  validation_code_missing: 400,
  validation_event_invalid: 400,
};
/** Long enough for somebody to mend the settings, short enough for senders that give up after hours. */
const RETRY_AFTER_SECONDS = '60';

export function webhookProblem(code: WebhookCode, message: string): ApiResponse {
  if (code === 'secret_malformed' || code === 'secret_missing') return notConfigured();
  return problem({ status: STATUS[code], code, detail: message });
}

/** Nothing can be verified until somebody has mended the settings: the delivery is wanted later. */
export function notConfigured(): ApiResponse {
  return problem({
    status: 503,
    code: 'webhook_not_configured',
    detail: 'This webhook cannot verify requests at the moment; send the same request again later.',
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
  });
}
