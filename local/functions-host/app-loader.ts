import { existsSync, globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { AppRegistry } from './app-registry.ts';
import { installCoreModule, loadedProgrammingModel, type ProgrammingModel } from './core-module.ts';
import { HostStartError } from './errors.ts';

const packageSchema = z.object({ main: z.string().optional(), type: z.string().optional() });

/** What the host tells the library it can do; the answer carries what the app asked for. */
const HOST_CAPABILITIES = [
  'RawHttpBodyBytes',
  'RpcHttpTriggerMetadataRemoved',
  'RpcHttpBodyOnly',
  'IgnoreEmptyValuedRpcHttpHeaders',
  'UseNullableValueDictionaryForHttp',
  'WorkerStatus',
  'TypedDataCollection',
  'HandlesWorkerTerminateMessage',
];

export interface LoadedApp {
  readonly model: ProgrammingModel;
  readonly capabilities: Readonly<Record<string, string>>;
}

/**
 * Loads the files that `main` of the app's package.json names, runs its start hooks, and closes registration.
 * Changes the working directory to the app's.
 *
 * @throws HostStartError `app_load_failed`, `no_functions_registered`, `unsupported_feature`
 */
export async function loadApp(appDirectory: string, app: AppRegistry): Promise<LoadedApp> {
  process.chdir(appDirectory);
  installCoreModule(app);
  const packageJson = readPackageJson(appDirectory);
  for (const file of entryFiles(appDirectory, packageJson.main)) {
    await inApp(`${file} failed to load`, () => loadFile(file, packageJson.type === 'module'));
  }
  const model = loadedProgrammingModel();
  if (model === undefined || app.functions.length === 0) throw noFunctions(appDirectory);
  await inApp('An appStart hook failed', () => app.hooks.appStart(appDirectory));
  const offered = Object.fromEntries(HOST_CAPABILITIES.map((name) => [name, 'true']));
  const capabilities = await inApp('The app could not be set up', () => model.getCapabilities(offered));
  if (capabilities['HttpUri'] !== undefined) {
    throw new HostStartError(
      'unsupported_feature',
      'The app asks for HTTP streaming, which this host does not serve: remove enableHttpStream from app.setup().',
    );
  }
  app.lock();
  return { model, capabilities };
}

function readPackageJson(appDirectory: string): z.infer<typeof packageSchema> {
  const path = join(appDirectory, 'package.json');
  if (!existsSync(path)) {
    throw new HostStartError('app_load_failed', `${path} does not exist: the host finds the app's code by its "main" entry.`);
  }
  try {
    return packageSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new HostStartError('app_load_failed', `${path} is not a valid package.json.`, { cause: error });
  }
}

function entryFiles(appDirectory: string, main = 'index.js'): readonly string[] {
  const files = globSync(main, { cwd: appDirectory })
    .sort()
    .map((file) => resolve(appDirectory, file));
  if (files.length === 0) {
    throw new HostStartError(
      'app_load_failed',
      `No file matches "main": "${main}" of ${join(appDirectory, 'package.json')}: build the app first, or correct the entry.`,
    );
  }
  return files;
}

async function loadFile(file: string, packageIsModule: boolean): Promise<void> {
  const extension = extname(file);
  if (extension === '.mjs' || (extension === '.js' && packageIsModule)) await import(pathToFileURL(file).href);
  else createRequire(file)(file);
}

async function inApp<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new HostStartError('app_load_failed', `${what}: ${reason}`, { cause: error });
  }
}

function noFunctions(appDirectory: string): HostStartError {
  return new HostStartError(
    'no_functions_registered',
    `The app in ${appDirectory} registered no functions. Either no file named by "main" calls app.http() or the like, or ` +
      '@azure/functions was loaded before this host started (it then stays in test mode; also when an earlier host of this ' +
      'process has loaded the same files): start the host in a fresh process that loads the app through it alone.',
  );
}
