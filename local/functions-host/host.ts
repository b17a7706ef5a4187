import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { Admin } from './admin.ts';
import { loadApp } from './app-loader.ts';
import { AppRegistry } from './app-registry.ts';
import type { ExtensionHost, HostExtension } from './extension.ts';
import { type HostJson, readHostJson } from './host-json.ts';
import { createRequestHandler, parseHttpSection } from './http-requests.ts';
import { HttpServer } from './http-server.ts';
import { Invoker } from './invocation.ts';
import { createHostKeys, type HostKeys, KeyGuard } from './keys.ts';
import { Lifecycle } from './lifecycle.ts';
import { formatLogEntry, HostLogger, type LogSink } from './logging.ts';
import { inputDataOf, isEnabled, warnOfUnserved } from './served-functions.ts';
import { applySettings, type LocalSettings, readLocalSettings, resolveSettingReferences } from './settings.ts';

export interface FunctionsHostOptions {
  /** Folder with the app's package.json and host.json. */
  readonly appDirectory: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock?: Clock;
  /** Application settings that win over the environment and `local.settings.json`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Checks keys as in Azure; off by default, as in `func start`. */
  readonly enableAuth?: boolean;
  /** Key of extension webhooks; default: a random one. */
  readonly systemKey?: string;
  /** Opens every function of level `function`; default: a random one. */
  readonly hostKey?: string;
  readonly extensions: readonly HostExtension[];
  /** Receives what host.json's log levels let through. Default: a text line on standard output. */
  readonly onLog?: LogSink;
}

export interface FunctionsHost {
  readonly origin: string;
  readonly port: number;
  readonly keys: HostKeys;
  /** Counts since start: `invocations`, `invocationFailures`, `httpRequests`, and `EXTENSION.NAME` for each extension's. */
  counters(): Readonly<Record<string, number>>;
  /** Stops taking work from triggers and waits for all that runs; HTTP still answers. */
  drain(): Promise<void>;
  /** Drains, runs the app's terminate hooks, and frees everything. */
  close(): Promise<void>;
}

/**
 * Runs a Functions app in this process, unmodified. One host a process: the library and the app keep their state in the
 * module cache. Changes the environment and the working directory as the real host does.
 *
 * @throws HostStartError after everything that had been started, extensions included, is closed again
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const appDirectory = resolve(options.appDirectory);
  const opened: { close(): Promise<void> }[] = [...options.extensions];
  try {
    const localSettings = readLocalSettings(appDirectory);
    prepareEnvironment(appDirectory, options.settings ?? {}, localSettings);
    const hostJson = readHostJson(appDirectory, process.env);
    const server = await HttpServer.listen(options.port);
    opened.push(server);
    process.env['WEBSITE_HOSTNAME'] = new URL(server.origin).host;
    for (const extension of options.extensions) await extension.prepare?.();
    return await runApp({ ...options, appDirectory }, localSettings, hostJson, server);
  } catch (error) {
    await Promise.allSettled(opened.map((resource) => resource.close()));
    throw error;
  }
}

function prepareEnvironment(
  appDirectory: string,
  settings: Readonly<Record<string, string>>,
  localSettings: LocalSettings,
): void {
  Object.assign(process.env, settings);
  applySettings(process.env, localSettings.values);
  applySettings(process.env, {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_EXTENSION_VERSION: '~4',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    AzureWebJobsScriptRoot: appDirectory,
  });
  // Dates know the zone only by this name.
  const zone = process.env['WEBSITE_TIME_ZONE'];
  if (zone !== undefined) process.env['TZ'] ??= zone;
}

async function runApp(
  options: FunctionsHostOptions,
  localSettings: LocalSettings,
  hostJson: HostJson,
  server: HttpServer,
): Promise<FunctionsHost> {
  const { extensions } = options;
  const clock = options.clock ?? systemClock;
  const logger = new HostLogger(clock, options.onLog ?? printEntry, hostJson.logLevels);
  const app = new AppRegistry(logger);
  const { model, capabilities } = await loadApp(options.appDirectory, app);
  const functions = app.functions.filter((fn) => isEnabled(fn, hostJson.functions, process.env));
  warnOfUnserved(functions, extensions, logger);

  const invoker = new Invoker(app, functions, model, inputDataOf(functions, extensions), logger);
  const lifecycle = new Lifecycle(extensions, invoker.inFlight, app.hooks, server, logger);
  const extensionHost: ExtensionHost = {
    clock,
    functions,
    capabilities,
    origin: server.origin,
    innerOrigin: server.innerOrigin,
    log: (level, category, message) => logger.write(level, category, message),
    setting: (name) => process.env[name],
    hostSection: (name) => hostJson.extensionSection(name),
    resolve: (text) => resolveSettingReferences(text, (name) => process.env[name]),
    invoke: (fn, invocation) => invoker.invoke(fn, invocation),
  };
  const { invoke } = extensionHost;
  const keys = createHostKeys(options);
  const guard = new KeyGuard(keys, options.enableAuth ?? false);
  const section = parseHttpSection(hostJson.extensionSection('http'));
  const admin = new Admin({
    origin: server.origin,
    instanceId: randomUUID(),
    routePrefix: section.routePrefix,
    functions,
    disabledFunctions: app.functions.filter((fn) => !functions.includes(fn)),
    guard,
    lifecycle,
    invoke,
  });
  const counters = { httpRequests: 0 };
  server.serve(
    createRequestHandler({ section, cors: localSettings, functions, extensions, guard, admin, lifecycle, counters, invoke }),
  );
  for (const extension of extensions) await extension.start(extensionHost);
  lifecycle.started();
  logger.write('information', 'Host.Startup', `${functions.length} functions on ${server.origin}`);

  return {
    origin: server.origin,
    port: server.port,
    keys,
    counters: () => ({ ...invoker.counters, ...counters, ...extensionCounters(extensions) }),
    drain: () => lifecycle.drain(),
    close: () => lifecycle.close(),
  };
}

function extensionCounters(extensions: readonly HostExtension[]): Record<string, number> {
  return Object.fromEntries(
    extensions.flatMap((extension) =>
      Object.entries(extension.counters?.() ?? {}).map(([name, count]) => [`${extension.name}.${name}`, count]),
    ),
  );
}

const printEntry: LogSink = (entry) => {
  process.stdout.write(`${formatLogEntry(entry)}\n`);
};
