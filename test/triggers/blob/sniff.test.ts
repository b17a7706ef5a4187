import { expect, it } from 'vitest';
import { sniff } from '../../../src/triggers/blob/sniff.ts';

it.each([
  ['<!-- a --><!--b-->\n<html>', 'html'],
  ['<!-- <html> -->', 'xml'],
])('a page may begin with comments: %s is %s', async (text, type) => {
  const found = await sniff(Buffer.from(text), true);

  expect(found).toBe(type);
});

// Each comment more doubled the time once: with these it is beyond the test's limit, with all that fit it would be for ever.
it('a text of nothing but comments is told in no time', async () => {
  const comments = '<!---->'.repeat(32);

  const found = await sniff(Buffer.from(`${comments}x`), true);

  expect(found).toBe('xml');
});
