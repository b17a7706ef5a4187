import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from './stack.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'http-api.md');
const PRINTED_ORIGIN = 'http://127.0.0.1:7071';

let stack: Stack;
let folder: string;

beforeAll(async () => {
  stack = await Stack.start({}, 'ignore');
  folder = await mkdtemp(join(tmpdir(), 'hexdag-page-'));
});

afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The lines that the page says work as they stand. */
async function printedLines(): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  return [...page.matchAll(/^```sh curl\n(.*?)^```$/gms)].map(([, lines = '']) => lines).join('\n');
}

describe('the page of the HTTP API', () => {
  it('has lines that work as they stand, one after the other', async () => {
    const lines = (await printedLines()).replaceAll(PRINTED_ORIGIN, stack.ready.http);
    // What is refused ends the script.
    const strict = 'set -e\ncurl() { command curl --fail-with-body "$@"; }\n';

    const { stdout } = await promisify(execFile)('sh', ['-c', strict + lines], { cwd: folder });

    expect(lines.match(/curl/g)?.length).toBeGreaterThan(9);
    expect(stdout).toMatch(/"runId":"[0-9a-f]{40}","duplicate":false/);
    expect(stdout).toMatch(/"runId":"[0-9a-f]{40}","retry":1,"duplicate":false/);
    expect(stdout).toContain('"status":"ready"');
    expect(await readdir(folder)).toEqual(['packing-slip.txt']);
  });
});
