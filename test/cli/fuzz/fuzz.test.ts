import { expect, it } from 'vitest';
import { fuzzCommandLines } from './fuzz.ts';

it('any command line on any files ends with a documented exit code, quickly, and writes nothing elsewhere', {
  timeout: 120_000,
}, async () => {
  const { exits } = await fuzzCommandLines({ count: 2_000 });

  expect([...exits.keys()]).toEqual(expect.arrayContaining(['validate 0', 'validate 1', 'plan 0', 'lint 0', 'eval 0', 'eval 1']));
});
