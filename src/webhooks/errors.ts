import { HexdagError } from '../errors.ts';

/** Why a webhook request is not taken. Codes are stable. */
export type WebhookCode =
  | 'delivery_id_malformed'
  | 'delivery_id_missing'
  | 'header_repeated'
  | 'header_too_large'
  | 'no_supported_signature'
  | 'secret_malformed'
  | 'secret_missing'
  | 'signature_malformed'
  | 'signature_mismatch'
  | 'signature_missing'
  | 'signatures_too_many'
  | 'timestamp_future'
  | 'timestamp_malformed'
  | 'timestamp_missing'
  | 'timestamp_stale'
  | 'validation_code_missing'
  | 'validation_event_invalid';

/** A request, or a secret to check it with, that is refused for good. The message never has a secret or a signature in it. */
export class WebhookRefusal extends HexdagError {
  readonly code: WebhookCode;
  readonly retryable = false;

  constructor(code: WebhookCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Settings of the generic scheme that cannot work together: to be put right where they are written. */
export class SchemeSettingsError extends HexdagError {
  readonly code = 'scheme_settings_invalid';
  readonly retryable = false;
}
