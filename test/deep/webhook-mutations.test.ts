import fc from 'fast-check';
import { expect, it } from 'vitest';
import { github } from '../../src/webhooks/github.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { slack } from '../../src/webhooks/slack.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { stripe } from '../../src/webhooks/stripe.ts';
import { verifyWebhook } from '../../src/webhooks/verify.ts';

const MUTATIONS = 1_000_000;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW = 1_767_225_600_000;
const BODY = Buffer.from('{"orderId":"A1","total":12.5}');

it('refuses a million changed requests, whichever part of them was changed and how', () => {
  const random = fc.sample(fc.nat(), { numRuns: 4_096, seed: 20_261_121 });
  let turn = 0;
  const next = (below: number) => ((random[turn % 4_096] ?? 0) + Math.floor(turn++ / 4_096)) % below;
  /** With one character changed, left out, or put in. */
  const changed = (text: string, alphabet: string): string => {
    const at = next(text.length);
    const put = alphabet[next(alphabet.length)] ?? '';
    return text.slice(0, at) + (next(3) === 0 ? '' : put) + text.slice(at + (next(2) === 0 ? 0 : 1));
  };
  const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');
  const samples = [standardWebhooks, github, stripe, slack].map((scheme) => ({
    scheme,
    headers: Object.entries(
      signWebhook(scheme, { body: BODY, ...(scheme === standardWebhooks ? { deliveryId: 'msg_1' } : {}) }, [SECRET], NOW),
    ),
  }));
  let refused = 0;
  let accepted = 0;

  while (refused < MUTATIONS && accepted === 0) {
    const { scheme, headers } = samples[next(samples.length)] ?? { scheme: github, headers: [] };
    const part = next(headers.length + 2);
    const body = part === 0 ? Buffer.from(changed(BODY.toString('latin1'), printable), 'latin1') : BODY;
    const secret = part === 1 ? changed(SECRET, printable) : SECRET;
    const sent = headers.map(([name, value], index): [string, string] => [
      name,
      index === part - 2 ? changed(value, printable) : value,
    ]);
    if (body.equals(BODY) && secret === SECRET && sent.every(([, value], index) => value === headers[index]?.[1])) continue;
    if (verifyWebhook(scheme, { headers: sent, body }, [secret], { now: NOW }).kind === 'refused') refused += 1;
    else accepted += 1;
  }

  expect({ refused, accepted }).toEqual({ refused: MUTATIONS, accepted: 0 });
});
