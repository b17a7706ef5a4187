import { join } from 'node:path';
import * as definitions from '../steps/index.ts';
import { createLanguage } from './adapters/create-language.ts';
import type { ApiResponse } from './api/api-message.ts';
import { getHealth } from './api/get-health.ts';
import { composeWork, type Work } from './composition/work.ts';
import { doubtHost } from './config/host.ts';
import { ConfigError, type ConfigProblem, type Environment, loadConfig } from './config.ts';
import { readDocumentFolder } from './document-folder.ts';
import { readHostFile } from './host-file.ts';
import { compileLibrary, type Language, type Library } from './library.ts';
import { ACTIVITY_DEADLINE_MS } from './limits.ts';
import type { Diagnostic } from './pipeline/diagnostic.ts';
import type { Log } from './ports/log.ts';
import { lineLog } from './telemetry/log.ts';
import { type Trigger, triggersOf } from './triggers/trigger.ts';

export type { Work } from './composition/work.ts';

export interface HexdagApp {
  getHealth(): ApiResponse;
  /** Undefined while the settings are missing or wrong: then nothing is accepted. */
  readonly work?: Work;
  readonly settingsError?: ConfigError;
}

/** Puts the app together from the settings and the documents in the app's folder. Opens no connection. */
export function composeApp(environment: Environment, folder: string): HexdagApp {
  const language = createLanguage(definitions);
  const documents = environment['PIPELINES_DIRECTORY'] ?? 'pipelines';
  const library = loadLibrary(join(folder, documents), documents, language, environment);
  try {
    const config = loadConfig(environment, secretNamesOf(library.triggers));
    const log = lineLog(console, config.logLevel);
    logRefused(library, log);
    const warnings = [...config.warnings, ...doubtHostOf(folder, library, environment)];
    logDoubtful(warnings, log);
    return {
      getHealth: () => getHealth(library, [], warnings),
      work: composeWork({ config, library, language, environment }),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { getHealth: () => getHealth(library, error.problems), settingsError: error };
  }
}

/** What is refused is not registered, so nothing else would ever mention it. */
function logRefused({ diagnostics }: Library, log: Log): void {
  for (const { severity, file, position, code, message } of diagnostics) {
    if (severity === 'error') log('error', 'a document is refused', { file, line: position.line, code, error: message });
  }
}

function logDoubtful(warnings: readonly ConfigProblem[], log: Log): void {
  for (const { setting, code, message, remedy } of warnings) {
    log('warn', 'a setting is doubtful', { setting, code, error: `${setting} ${message}. ${remedy}` });
  }
}

function doubtHostOf(folder: string, { triggers }: Library, environment: Environment): readonly ConfigProblem[] {
  const hostJson = readHostFile(folder);
  const queues = triggersOf(triggers, 'service_bus').map(({ name, source }) => ({ trigger: name, ...source }));
  return hostJson === undefined ? [] : doubtHost(hostJson, environment, { activityDeadlineMs: ACTIVITY_DEADLINE_MS, queues });
}

/** An app that cannot load tells nobody why; one without documents tells it in its health and its log. */
function loadLibrary(path: string, name: string, language: Language, environment: Environment): Library {
  const content = readDocumentFolder(path);
  if (content === undefined) {
    const message = `The folder '${name}' of pipelines and triggers is not part of the app.`;
    const remedy = 'Deploy it with the app, or name another in PIPELINES_DIRECTORY.';
    return { pipelines: [], triggers: [], diagnostics: [missing('folder_missing', name, message, remedy)], documents: new Map() };
  }
  const library = compileLibrary(content.files, language, { variables: environment, environment: environment['APP_ENV'] });
  const unreadable = content.unreadable.map((file) =>
    missing('file_unreadable', file, `The file '${file}' cannot be read.`, 'Deploy it with the app, readable for it.'),
  );
  return { ...library, diagnostics: [...library.diagnostics, ...unreadable] };
}

function missing(code: string, file: string, message: string, remedy: string): Diagnostic {
  return { code, severity: 'error', file, position: { line: 1, column: 1 }, message, remedy };
}

/** The settings that senders' signatures are checked with. */
function secretNamesOf(triggers: readonly Trigger[]): readonly string[] {
  return triggersOf(triggers, 'webhook').flatMap(({ source: { verification } }) =>
    verification.kind === 'signature' ? verification.secretNames : [],
  );
}
