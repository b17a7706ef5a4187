import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { blocksIn, unindented } from './markdown-blocks.ts';

const PAGES = ['docs/testing.md', 'docs/client.md'];

const blocks = PAGES.flatMap((page) =>
  blocksIn(page, readFileSync(page, 'utf8')).map(({ line, language, text, attributes }) => ({
    place: `${page}:${line}`,
    language,
    text,
    from: attributes['from'] ?? '',
  })),
).filter(({ language }) => language !== 'sh');

it('the pages about tests and the client show TypeScript alone, besides commands', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts']));
});

it.each(blocks)('$place is part of the test $from, which runs', ({ from, text }) => {
  expect(from).toMatch(/^test\/.*\.ts$/);
  expect(unindented(readFileSync(from, 'utf8'))).toContain(unindented(text));
});
