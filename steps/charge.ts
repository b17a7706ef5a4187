import { z } from 'zod';
import { PermanentError, TransientError } from '../src/nodes/errors.ts';
import { defineStep } from '../src/nodes/steps.ts';
import { callOutside } from './outside-world.ts';

const Charge = z.object({ orderId: z.string(), card: z.string(), amount: z.number() });

/** Test cards, as payment providers have them: `tok_declined` never works, `tok_flaky_N` fails N times and works then. */
const FLAKY_CARD = /^tok_flaky_(\d+)$/;

/** Takes the money. A refusal is final; a provider that is away is asked again. */
export const charge = defineStep('charge', async (input, context) => {
  const { orderId, card, amount } = Charge.parse(input);
  if (card === 'tok_declined') throw new PermanentError('card_declined', `The card of order ${orderId} was declined.`);
  const failures = Number(FLAKY_CARD.exec(card)?.[1] ?? 0);
  if (context.attempt <= failures) {
    throw new TransientError('payment_provider_unavailable', 'The payment provider did not answer.');
  }
  await callOutside('charge', orderId, context);
  return { paymentId: `pay-${orderId}`, amount };
});
