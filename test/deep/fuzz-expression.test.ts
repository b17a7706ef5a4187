import { describe, expect, it } from 'vitest';
import { expressionReader, fuzz, templateReader, yamlReader } from '../expression/fuzz.ts';

const INPUTS = 100_000;
/** Far above what any input takes: more would be a hang in the making. */
const HANG_MS = 250;

describe(`${INPUTS} inputs of any kind`, () => {
  it.each([
    ['expressions', () => fuzz(expressionReader, INPUTS)],
    ['templates', () => fuzz(templateReader, INPUTS)],
    ['YAML files', () => fuzz(yamlReader, INPUTS)],
  ])('as %s end well or with a documented error, quickly and without reaching a prototype', (what, run) => {
    const start = performance.now();

    const { slowestMs } = run();

    const seconds = (performance.now() - start) / 1000;
    console.log(`${what}: ${Math.round(INPUTS / seconds)} inputs/s, the slowest took ${slowestMs.toFixed(1)} ms`);
    expect(slowestMs).toBeLessThan(HANG_MS);
  });
});
