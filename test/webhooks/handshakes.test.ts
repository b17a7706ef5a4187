import { describe, expect, it } from 'vitest';
import { answerHandshake } from '../../src/webhooks/cloud-events-handshake.ts';
import { answerValidation, asksForValidation } from '../../src/webhooks/event-grid-validation.ts';

const CONSENT = { allowedOrigins: ['eventgrid.azure.net'], requestsPerMinute: 600 };
const VALIDATION = {
  id: '2d1781af-3a4c-4d7c-bd0c-e34b19da4e66',
  eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
  data: { validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' },
};

describe('the handshake of CloudEvents', () => {
  it('consents to a sender that is allowed, with the rate it may have', () => {
    const answer = answerHandshake([['WebHook-Request-Origin', 'EventGrid.azure.net']], CONSENT);

    expect(answer).toEqual({
      allow: 'POST, OPTIONS',
      'webhook-allowed-origin': 'eventgrid.azure.net',
      'webhook-allowed-rate': '600',
    });
  });

  it.each([
    ['WH37: another sender', [['WebHook-Request-Origin', 'evil.example']]],
    ['no sender', []],
    ['WH38: an address to call later', [['WebHook-Request-Callback', 'http://169.254.169.254/']]],
  ] as [string, [string, string][]][])('gives no consent to %s', (_name, headers) => {
    expect(answerHandshake(headers, CONSENT)).toEqual({ allow: 'POST, OPTIONS' });
  });

  it('consents to everybody where everybody is allowed', () => {
    const answer = answerHandshake([['WebHook-Request-Origin', 'x.example']], { ...CONSENT, allowedOrigins: ['*'] });

    expect(answer).toMatchObject({ 'webhook-allowed-origin': '*' });
  });
});

describe('the validation of Event Grid', () => {
  it('is recognised by its header', () => {
    expect(asksForValidation([['aeg-event-type', 'SubscriptionValidation']])).toBe(true);
    expect(asksForValidation([['aeg-event-type', 'Notification']])).toBe(false);
    expect(asksForValidation([])).toBe(false);
  });

  it('is answered with its code', () => {
    expect(answerValidation([VALIDATION])).toEqual({ validationResponse: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' });
  });

  it.each([
    ['WH39: no code', [{ ...VALIDATION, data: {} }], 'validation_code_missing'],
    ['an empty code', [{ ...VALIDATION, data: { validationCode: '' } }], 'validation_code_missing'],
    ['no data', [{ eventType: VALIDATION.eventType }], 'validation_code_missing'],
    ['WH40: an order', { orderId: 'A1' }, 'validation_event_invalid'],
    ['an order in an array', [{ orderId: 'A1' }], 'validation_event_invalid'],
    ['an order beside it', [VALIDATION, { orderId: 'A1' }], 'validation_event_invalid'],
    ['nothing', [], 'validation_event_invalid'],
    ['null', null, 'validation_event_invalid'],
  ])('is refused with %s', (_name, body, code) => {
    expect(() => answerValidation(body)).toThrow(expect.objectContaining({ code }));
  });
});
