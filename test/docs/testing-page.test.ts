import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { blocksIn } from './markdown-blocks.ts';

const page = 'docs/testing.md';
const blocks = blocksIn(page, readFileSync(page, 'utf8')).map(({ line, language, text, attributes }) => ({
  place: `${page}:${line}`,
  language,
  text,
  from: attributes['from'] ?? '',
}));

it('the page about tests shows TypeScript alone', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts']));
});

it.each(blocks)('$place is part of the test $from, which runs', ({ from, text }) => {
  expect(from).toMatch(/^test\/.*\.test\.ts$/);
  expect(readFileSync(from, 'utf8')).toContain(text);
});
