/**
 * Bundles everything that runs into `dist/`: the app as one CommonJS file, the commands as ES modules.
 * Does nothing when no file has changed since, and prints nothing unless something is wrong.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const APP_ENTRY = 'functions/index.ts';
const COMMANDS = {
  start: 'local/start.ts',
  stores: 'local/stores.ts',
  host: 'local/host.ts',
  cli: 'src/cli/main.ts',
  demo: 'demo/main.ts',
  bench: 'bench/main.ts',
};

const functionsRegistry = 'node_modules/@azure/functions-extensions-base/dist/azure-functions-extensions-base.js';

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  sourcemap: true,
  sourcesContent: false,

  // Source text stays in memory. Names stay, so that stack traces can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} as const satisfies BuildOptions;

const app = {
  ...common,
  format: 'cjs',
  entryPoints: { app: APP_ENTRY },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  // Provided by the Functions host, never by npm.
  external: ['@azure/functions-core'],
  // The library requires this one, and holds it by its CommonJS half: the other half would be a registry nobody looks into.
  alias: { '@azure/functions-extensions-base': join(root, functionsRegistry) },
} as const satisfies BuildOptions;

/** Azurite reports its usage through this package, which is two thirds of what it loads. It is not asked to, so it need not be there. */
const withoutTelemetry: Plugin = {
  name: 'without-telemetry',
  setup(builder) {
    builder.onResolve({ filter: /^applicationinsights$/ }, ({ path }) => ({ path, namespace: 'absent' }));
    builder.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {}' }));
  },
};

const commands = {
  ...common,
  format: 'esm',
  entryPoints: COMMANDS,
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  // Modules imported on demand become files of their own, loaded on demand. They lie beside the others, so that `..` is the root everywhere.
  splitting: true,
  chunkNames: 'chunk-[name]-[hash]',
  plugins: [withoutTelemetry],
  // CommonJS packages inside an ES module still call `require` for Node's own modules.
  banner: { js: "import { createRequire as commonJs } from 'node:module'; const require = commonJs(import.meta.url);" },
} as const satisfies BuildOptions;

/** Which files the last build was made from, and when each of them was changed. */
const RECORD = join(root, 'dist', 'inputs.json');

if (!isUpToDate()) {
  try {
    await buildAll();
  } catch {
    // esbuild has printed what is wrong, with its place.
    process.exitCode = 1;
  }
}

async function buildAll(): Promise<void> {
  rmSync(RECORD, { force: true });
  for (const chunk of globSync('dist/chunk-*', { cwd: root })) rmSync(join(root, chunk));
  const results = await Promise.all([build(app), build(commands)]);
  const inputs = results.flatMap(({ metafile }) => projectFiles(metafile));
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(RECORD, JSON.stringify(Object.fromEntries(inputs.map((file) => [file, changedAt(file)]))));
}

/** What a build reads of this project; packages change only with the lock file. */
function projectFiles({ inputs }: Metafile): string[] {
  const sources = Object.keys(inputs).filter((file) => !file.includes('node_modules') && !file.includes(':'));
  return [...sources, 'package-lock.json', 'scripts/build.ts'];
}

function isUpToDate(): boolean {
  if (!existsSync(RECORD)) return false;
  const record: Record<string, number> = JSON.parse(readFileSync(RECORD, 'utf8'));
  return Object.entries(record).every(([file, time]) => changedAt(file) === time);
}

function changedAt(file: string): number {
  return statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
