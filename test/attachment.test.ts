import { describe, expect, it } from 'vitest';
import { attachment } from '../src/attachment.ts';

describe('attachment', () => {
  it.each([
    ['run-1/pack/slip.txt', 'slip.txt'],
    ['slip.txt', 'slip.txt'],
    ['run-1/Größe (2).csv', 'Gr%C3%B6%C3%9Fe%20%282%29.csv'],
    ["it's*.txt", 'it%27s%2A.txt'],
  ])('saves %j as %s', (path, file) => {
    expect(attachment(path)).toBe(`attachment; filename*=UTF-8''${file}`);
  });
});
