import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixtureDirectory } from './probe.ts';

const runHost = fileURLToPath(new URL('./run-host.ts', import.meta.url));
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'functions-host-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Runs a host in a process of its own, as apps and the library keep their state in the process. */
async function run(appDirectory: string, mode: 'fresh' | 'library-first', ...paths: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [runHost, appDirectory, mode, ...paths]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** The same app as one file, the way it is deployed. */
async function bundle(format: 'cjs' | 'esm'): Promise<string> {
  const extension = format === 'cjs' ? 'cjs' : 'mjs';
  await build({
    entryPoints: [join(fixtureDirectory('module-app'), 'functions/first.js')],
    outfile: join(directory, `app.${extension}`),
    bundle: true,
    platform: 'node',
    format,
    external: ['@azure/functions-core'],
    logLevel: 'error',
    ...(format === 'esm'
      ? { banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" } }
      : {}),
  });
  cpSync(join(fixtureDirectory('module-app'), 'host.json'), join(directory, 'host.json'));
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ main: `app.${extension}` }));
  return directory;
}

describe('an app', () => {
  it('of ES modules and CommonJS files, matched by a glob, runs in its own folder', async () => {
    const appDirectory = fixtureDirectory('module-app');

    const result = await run(appDirectory, 'fresh', '/api/first', '/api/second', '/api/third');

    expect(result).toEqual({ answers: [`first in ${appDirectory}`, 'second', 'third'] });
  });

  it.each(['cjs', 'esm'] as const)('bundled into one %s file runs', async (format) => {
    const appDirectory = await bundle(format);

    const result = await run(appDirectory, 'fresh', '/api/first');

    expect(result).toEqual({ answers: [`first in ${appDirectory}`] });
  });

  it('that registers nothing is refused, with the reasons it can have', async () => {
    const result = await run(fixtureDirectory('empty-app'), 'fresh');

    expect(result).toMatchObject({ code: 'no_functions_registered', message: expect.stringContaining('app.http()') });
  });

  it('is refused when the library was loaded before the host', async () => {
    const result = await run(fixtureDirectory('module-app'), 'library-first');

    expect(result).toMatchObject({ code: 'no_functions_registered', message: expect.stringContaining('fresh process') });
  });

  it('whose file throws is refused, though it has registered functions', async () => {
    const result = await run(fixtureDirectory('broken-app'), 'fresh');

    expect(result).toMatchObject({
      code: 'app_load_failed',
      message: expect.stringMatching(/functions\.cjs failed to load: broken while loading/),
    });
  });

  it('that wants HTTP streaming is refused, with the remedy', async () => {
    const result = await run(fixtureDirectory('stream-app'), 'fresh');

    expect(result).toMatchObject({ code: 'unsupported_feature', message: expect.stringContaining('enableHttpStream') });
  });

  it('whose main matches no file is refused', async () => {
    writeFileSync(join(directory, 'host.json'), '{"version":"2.0"}');
    writeFileSync(join(directory, 'package.json'), '{"main":"dist/*.js"}');

    const result = await run(directory, 'fresh');

    expect(result).toMatchObject({ code: 'app_load_failed', message: expect.stringContaining('"dist/*.js"') });
  });
});
