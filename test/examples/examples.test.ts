import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/cli.ts';

const readme = readFileSync('examples/README.md', 'utf8');
const commands = [...readme.matchAll(/`hexdag (run [^`]+)`/g)].map(([, command = '']) => command);

/** Words as a shell takes them apart; quotes are single ones. */
function words(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);
}

const outputs: Readonly<Record<string, unknown>> = {
  'simple-linear': { text: '{"id": 1}' },
  'single-function': { grade: 'A' },
  'approval-flow': { settled: 'paid, as the director Bob says', escalation: null },
  diamond: { report: { in_short: 'A fine text.', it_feels: 'A fine text.', words: 2 } },
  'complex-workflow': { report: { lane: 'express', entries: ['a', 'b'], remark: 'Handle with care.' } },
  'order-triage': { category: 'fragile', advice: 'Pack it twice.' },
};

describe('the examples', () => {
  it('are all in the README', () => {
    const files = readdirSync('examples/pipelines').map((name) => `examples/pipelines/${name}`);

    expect(commands.map((command) => words(command)[1]).sort()).toEqual(files.sort());
  });

  it.each(commands.map((command) => [command.split(' ')[1] ?? '', command]))(
    '%s runs as the README says',
    async (file, command) => {
      const { exitCode, stdout } = await cli([...words(command), '--output', 'json']);

      const name = file.replace(/^.*\/|\.yaml$/g, '');
      expect({ exitCode, output: JSON.parse(stdout).output }).toEqual({ exitCode: 0, output: outputs[name] });
    },
  );
});
