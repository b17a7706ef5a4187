import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { NameCatalog } from './catalog.ts';
import type { Path } from './documents.ts';
import { didYouMean } from './near-match.ts';
import type { PlanService } from './plan.ts';
import type { Report } from './report.ts';
import { unknownKey } from './schema-problems.ts';

const KEYS = ['class', 'config', 'params'];
const PATH = ['spec', 'services'];

/** Reads `spec.services`. What is wrong is reported and left out. */
export function readServices(
  written: JsonValue,
  classes: NameCatalog | undefined,
  report: Report,
): Readonly<Record<string, PlanService>> {
  if (!isJsonObject(written)) {
    report.error(PATH, mappingExpected("'services'", 'Write one "name: {class: …}" a line.'));
    return {};
  }
  const services = Object.entries(written).flatMap(([name, value]): readonly [string, PlanService][] => {
    const service = readService(name, value, classes, report);
    return service === undefined ? [] : [[name, service]];
  });
  return Object.fromEntries(services);
}

function readService(name: string, value: JsonValue, classes: NameCatalog | undefined, report: Report): PlanService | undefined {
  const path = [...PATH, name];
  if (!isJsonObject(value)) {
    report.error(path, mappingExpected(`Service '${name}'`, 'Write {class: …, config: {…}}.'));
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key)) report.problem(unknownKey([...path, key], key, KEYS), 'warning');
  }
  const config = readConfig(value, path, report);
  const { class: className } = value;
  if (typeof className !== 'string' || className === '') {
    const code = className === undefined ? 'field_missing' : 'type_string';
    const remedy = "Add 'class: <name>', the name of a registered service.";
    report.error([...path, 'class'], { code, message: `Service '${name}' names no class.`, remedy });
    return undefined;
  }
  if (classes !== undefined && !classes.has(className)) {
    const names = [...classes.names()];
    const remedy = didYouMean(className, names) ?? `Register it: defineService('${className}', …).`;
    const message = `There is no class of services '${className}'.`;
    report.error([...path, 'class'], { code: 'service_class_unknown', message, remedy });
  }
  return { class: className, config };
}

function readConfig(value: JsonObject, path: Path, report: Report): JsonObject {
  const key = value['config'] === undefined && value['params'] !== undefined ? 'params' : 'config';
  const config = value[key] ?? {};
  if (isJsonObject(config)) return config;
  report.error([...path, key], mappingExpected(`'${key}'`, 'Write one "key: value" a line.'));
  return {};
}

function mappingExpected(what: string, remedy: string) {
  return { code: 'type_mapping', message: `${what} must be a mapping.`, remedy };
}
