import { isJsonObject, type JsonValue } from '../json.ts';
import { WebhookRefusal } from './errors.ts';
import { type HeaderPairs, readHeaders, singleValue } from './headers.ts';

const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';

/** Whether Event Grid asks if this endpoint wants its events, instead of delivering some. @throws WebhookRefusal */
export function asksForValidation(headers: HeaderPairs): boolean {
  return singleValue(readHeaders(headers), 'aeg-event-type')?.toLowerCase() === 'subscriptionvalidation';
}

/**
 * The body that agrees to a subscription of Event Grid. The address that Event Grid offers for agreeing by hand is never called.
 * @throws WebhookRefusal `validation_event_invalid`, `validation_code_missing`
 */
export function answerValidation(body: JsonValue): { readonly validationResponse: string } {
  const [event, ...others] = isArray(body) ? body : [];
  if (!isJsonObject(event) || others.length > 0 || event['eventType'] !== VALIDATION) {
    throw new WebhookRefusal(
      'validation_event_invalid',
      `The header aeg-event-type announces a validation: the body must be an array with one event of type ${VALIDATION}.`,
    );
  }
  const code = isJsonObject(event['data']) ? event['data']['validationCode'] : undefined;
  if (typeof code === 'string' && code !== '') return { validationResponse: code };
  throw new WebhookRefusal(
    'validation_code_missing',
    'The validation event has no data.validationCode: there is nothing to answer.',
  );
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
