import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operationsOf } from '../api/openapi/read-document.ts';
import { cli } from './cli.ts';

const PIPELINE = `
kind: Pipeline
metadata: { name: greeting }
spec:
  input_schema: { name: str }
  nodes:
    - kind: data_node
      metadata: { name: hello }
      spec: { output: { text: 'Hello {{ $input.name }}' } }
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-openapi-'));
  writeFileSync(join(folder, 'greeting.yaml'), PIPELINE);
});

afterEach(() => rmSync(folder, { recursive: true }));

function idsIn(text: string): readonly string[] {
  return operationsOf(JSON.parse(text)).map(({ id }) => id);
}

describe('hexdag openapi', () => {
  it('prints the document of an app with these pipelines', async () => {
    const { exitCode, stdout } = await cli(['openapi', folder]);

    expect(exitCode).toBe(0);
    expect(idsIn(stdout)).toEqual(expect.arrayContaining(['startRun', 'getRun', 'startRun-greeting']));
    expect(JSON.parse(stdout).components.schemas['greeting.Input']).toMatchObject({ properties: { name: { type: 'string' } } });
  });

  it("describes this project's own pipelines if none are named", async () => {
    const { stdout } = await cli(['openapi']);

    expect(idsIn(stdout)).toContain('startRun-order-processing');
  });

  it('writes it to a file, in a folder that need not be there', async () => {
    const file = join(folder, 'out', 'openapi.json');

    const { stdout } = await cli(['openapi', folder, '--output-file', file]);

    expect(stdout).toBe(`Written to ${file}.\n`);
    expect(idsIn(readFileSync(file, 'utf8'))).toContain('startRun-greeting');
  });

  it('tells what is wrong instead of describing a part', async () => {
    writeFileSync(join(folder, 'broken.yaml'), 'kind: Pipeline\nmetadata: { name: broken }\nspec: { nodes: [{ kind: nope }] }\n');

    const { exitCode, stdout, stderr } = await cli(['openapi', folder]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/field_missing[\s\S]*documents_invalid: /);
  });
});
