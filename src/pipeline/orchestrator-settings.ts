import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Definitions } from './definitions.ts';
import { type OrchestratorSettings, orchestratorSchema } from './head-schema.ts';
import type { Report } from './report.ts';
import { mappingExpected, problemsOf } from './schema-problems.ts';

const KEYS = Object.keys(orchestratorSchema.shape);
const PATH = ['spec', 'orchestrator'];

/**
 * The settings that hold, key by key: `spec.orchestrator` of the pipeline, else that of the file's Config document, else undefined,
 * which stands for the defaults of `limits.ts`. A null sets nothing.
 */
export function readOrchestrator(
  written: JsonValue | undefined,
  report: Report,
  config: Definitions['orchestrator'],
): OrchestratorSettings {
  const fromConfig = config === undefined ? {} : readSettings(config.value, config.report);
  if (written === undefined || written === null) return fromConfig;
  if (isJsonObject(written)) return { ...fromConfig, ...withoutNulls(readSettings(written, report)) };
  report.error(PATH, mappingExpected("'orchestrator'"));
  return fromConfig;
}

/** The settings that are valid. */
function readSettings(written: JsonObject, report: Report): OrchestratorSettings {
  report.unknownKeys(written, PATH, KEYS);
  if (written['strict_validation'] === false) {
    const message = 'Schemas are enforced whatever this says.';
    report.warning([...PATH, 'strict_validation'], { code: 'key_not_supported', message, remedy: 'Remove it.' });
  }
  const parsed = orchestratorSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  for (const problem of problemsOf(parsed.error, written)) report.problem({ ...problem, path: [...PATH, ...problem.path] });
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]));
  return orchestratorSchema.parse(Object.fromEntries(Object.entries(written).filter(([key]) => !wrong.has(key))));
}

function withoutNulls(settings: OrchestratorSettings): OrchestratorSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== undefined));
}
