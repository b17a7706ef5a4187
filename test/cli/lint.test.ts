import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from './cli.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-lint-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function pipeline(spec: string, description = 'Orders.'): string {
  const path = join(folder, 'a.yaml');
  writeFileSync(path, `kind: Pipeline\nmetadata: { name: a, description: ${description} }\nspec:\n${spec}`);
  return path;
}

const DOUBTFUL = '  nodes:\n    - { kind: function_node, metadata: { name: a }, spec: { fn: price, when: "true" } }\n';

describe('hexdag lint', () => {
  it('finds nothing in the pipelines of this project', async () => {
    const { exitCode, stdout } = await cli(['lint', join(import.meta.dirname, '..', '..', 'pipelines')]);

    expect(stdout).toMatch(/^\d+ files, nothing wrong\.\n$/);
    expect(exitCode).toBe(0);
  });

  it('tells doubts with place and remedy, and fails on them only when it is strict', async () => {
    const file = pipeline(DOUBTFUL);

    const lenient = await cli(['lint', file]);
    const strict = await cli(['lint', file, '--strict']);

    expect({ lenient: lenient.exitCode, strict: strict.exitCode }).toEqual({ lenient: 0, strict: 1 });
    expect(lenient.stdout).toContain(`${file}:5:78 warning condition_constant `);
    expect(lenient.stdout).toMatch(/1 file: 0 errors, 1 warning\.\n$/);
  });

  it('tells the errors of what does not compile, beside what its text alone shows', async () => {
    const file = pipeline(
      `  nodes:\n    - { kind: function_node, metadata: { name: a }, spec: { fn: vaildate } } # ghp_${'a'.repeat(20)}\n`,
    );

    const { exitCode, stdout } = await cli(['lint', file, '--output', 'json']);

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).diagnostics.map(({ code }: { code: string }) => code)).toEqual(['step_unknown', 'secret_literal']);
  });

  it('shows no secret, whatever else is wrong with its line', async () => {
    const secret = `sk-${'a1'.repeat(12)}`;
    const file = pipeline(
      `  nodes:\n    - { kind: function_node, metadata: { name: a }, spec: { fn: vaildate, key: "${secret}" } }\n`,
    );

    const results = await Promise.all([cli(['lint', file]), cli(['validate', file])]);

    for (const { stdout } of results) {
      expect(stdout).toContain('5 |');
      expect(stdout).not.toContain(secret);
    }
  });
});
