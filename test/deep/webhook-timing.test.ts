import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { github } from '../../src/webhooks/github.ts';
import { verifyWebhook } from '../../src/webhooks/verify.ts';

const REFUSALS = 100_000;
const SECRET = 'not known to whoever guesses';
const BODY = Buffer.from('{"orderId":"A1","total":12.5}');
/** Beyond it the means would differ in all but one of a hundred thousand trials. */
const CRITICAL_T = 4.5;

interface Sample {
  count: number;
  mean: number;
  squares: number;
}

function add(sample: Sample, value: number): void {
  sample.count += 1;
  const distance = value - sample.mean;
  sample.mean += distance / sample.count;
  sample.squares += distance * (value - sample.mean);
}

/** Welch's t of two samples. */
function welch(a: Sample, b: Sample): number {
  const variance = ({ squares, count }: Sample) => squares / (count - 1) / count;
  return (a.mean - b.mean) / Math.sqrt(variance(a) + variance(b));
}

it('the time of a refusal does not tell how many digits of a signature are right', () => {
  const right = createHmac('sha256', SECRET).update(BODY).digest('hex');
  const last = right.endsWith('0') ? '1' : '0';
  const first = right.startsWith('0') ? '1' : '0';
  const requests = [`${right.slice(0, 63)}${last}`, `${first}${right.slice(1)}`].map((signature) => ({
    headers: [['x-hub-signature-256', `sha256=${signature}`]] as const,
    body: BODY,
  }));
  const samples: Sample[] = requests.map(() => ({ count: 0, mean: 0, squares: 0 }));

  for (let turn = 0; turn < REFUSALS; turn += 1) {
    const which = Math.random() < 0.5 ? 0 : 1;
    const begun = process.hrtime.bigint();
    const verdict = verifyWebhook(github, requests[which] ?? { headers: [], body: BODY }, [SECRET], { now: 0 });
    const nanoseconds = Number(process.hrtime.bigint() - begun);
    expect(verdict.kind).toBe('refused');
    // What the machine did meanwhile is no time of ours, and the first thousands are still compiled.
    if (turn > REFUSALS / 10 && nanoseconds < 1_000_000) add(samples[which] ?? { count: 0, mean: 0, squares: 0 }, nanoseconds);
  }

  const [long = { count: 0, mean: 0, squares: 0 }, none = { count: 0, mean: 0, squares: 0 }] = samples;
  expect(Math.abs(welch(long, none))).toBeLessThan(CRITICAL_T);
});
