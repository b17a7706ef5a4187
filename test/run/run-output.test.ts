import { describe, expect, it } from 'vitest';
import { runOutput } from '../../src/run/run-output.ts';

const results = new Map([['a', { v: 1, name: 'n', rows: [{ id: 'r1' }] }]]);

function outputOf(text: string) {
  const plan = { format: 1, pipeline: 'p', nodes: [], output: { it: text } } as const;
  return runOutput(plan, results);
}

describe('the output of a run', () => {
  it.each([
    ['a', { v: 1, name: 'n', rows: [{ id: 'r1' }] }],
    ['a.v', 1],
    ['a.rows[0].id', 'r1'],
    ['a.zz.deep', null],
    ['b.v', null],
    ['{{ a.name }}: {{ a.v }}', 'n: 1'],
    ['{{ a.name | upper }}!', 'N!'],
    ['{{ a.zz }}!', null],
  ])('%s is %j', (text, expected) => {
    const output = outputOf(text);

    expect(output).toEqual({ it: expected });
  });
});
