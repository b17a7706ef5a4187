import { timingSafeEqual } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { github } from '../../src/webhooks/github.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { codeOf, OTHER_SECRET, SECRET, signed, verdictOf } from './requests.ts';

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>();
  return { ...original, timingSafeEqual: vi.fn(original.timingSafeEqual) };
});

const compare = vi.mocked(timingSafeEqual);

beforeEach(() => {
  compare.mockClear();
});

/** The right signature with one digit changed. */
function wrongAt(position: number) {
  const headers = signed(github);
  const [prefix = '', digits = ''] = (headers['x-hub-signature-256'] ?? '').split('=');
  const other = digits[position] === '0' ? '1' : '0';
  return { ...headers, 'x-hub-signature-256': `${prefix}=${digits.slice(0, position)}${other}${digits.slice(position + 1)}` };
}

describe('comparing signatures', () => {
  it('takes whole signatures, wherever the first wrong digit is', () => {
    const verdicts = Array.from({ length: 64 }, (_, position) => codeOf(verdictOf(github, wrongAt(position))));

    expect(new Set(verdicts)).toEqual(new Set(['signature_mismatch']));
    expect(compare.mock.calls).toHaveLength(64);
    expect(new Set(compare.mock.calls.flatMap(([left, right]) => [left.byteLength, right.byteLength]))).toEqual(new Set([64]));
  });

  it.each([
    ['the first secret', [SECRET, OTHER_SECRET]],
    ['the second secret', [OTHER_SECRET, SECRET]],
  ])('takes every signature with every secret, also after %s has fitted', (_, secrets) => {
    const headers = signed(standardWebhooks);
    const several = {
      ...headers,
      'webhook-signature': `${headers['webhook-signature']} v1,${'A'.repeat(43)}= v1,${'B'.repeat(43)}=`,
    };

    const verdict = verdictOf(standardWebhooks, several, { secrets });

    expect(codeOf(verdict)).toBe('accepted');
    expect(compare).toHaveBeenCalledTimes(6);
  });
});
