import { isJsonObject, type JsonValue } from '../json.ts';
import type { ConfiguredCatalog } from './catalog.ts';
import { checkConfig } from './check-config.ts';
import type { Path } from './documents.ts';
import { didYouMean } from './near-match.ts';
import type { PlanService } from './plan.ts';
import type { Report } from './report.ts';
import { mappingExpected } from './schema-problems.ts';
import { readConfig, type WrittenConfig } from './written-config.ts';

const KEYS = ['class', 'config', 'params'];
const PATH = ['spec', 'services'];

/** Reads `spec.services`. What is wrong is reported and left out. `ports`: names that stand for ports in configurations. */
export function readServices(
  written: JsonValue,
  classes: ConfiguredCatalog | undefined,
  ports: ReadonlySet<string>,
  report: Report,
): Readonly<Record<string, PlanService>> {
  if (!isJsonObject(written)) {
    report.error(PATH, mappingExpected("'services'", 'Write one "name: {class: …}" a line.'));
    return {};
  }
  const reader = new ServiceReader(classes, ports, report);
  const services = Object.entries(written).flatMap(([name, value]): readonly [string, PlanService][] => {
    const service = reader.read(name, value);
    return service === undefined ? [] : [[name, service]];
  });
  return Object.fromEntries(services);
}

class ServiceReader {
  readonly #classes: ConfiguredCatalog | undefined;
  readonly #ports: ReadonlySet<string>;
  readonly #report: Report;

  constructor(classes: ConfiguredCatalog | undefined, ports: ReadonlySet<string>, report: Report) {
    this.#classes = classes;
    this.#ports = ports;
    this.#report = report;
  }

  read(name: string, value: JsonValue): PlanService | undefined {
    const path = [...PATH, name];
    if (!isJsonObject(value)) {
      this.#report.error(path, mappingExpected(`Service '${name}'`, 'Write {class: …, config: {…}}.'));
      return undefined;
    }
    this.#report.unknownKeys(value, path, KEYS);
    const { class: className } = value;
    const config = readConfig(value, path, this.#report);
    if (typeof className === 'string' && className !== '') {
      this.#checkClass(className, [...path, 'class']);
      this.#checkConfig(className, config);
      return { class: className, config: config.value };
    }
    const code = className === undefined ? 'field_missing' : 'type_string';
    const remedy = "Add 'class: <name>', the name of a registered service.";
    this.#report.error([...path, 'class'], { code, message: `Service '${name}' names no class.`, remedy });
    return undefined;
  }

  #checkClass(name: string, path: Path): void {
    if (this.#classes === undefined || this.#classes.has(name)) return;
    const names = [...this.#classes.names()];
    const remedy = didYouMean(name, names) ?? `Register it: defineService('${name}', …).`;
    const message = `There is no class of services '${name}'.`;
    this.#report.error(path, { code: 'service_class_unknown', message, remedy });
  }

  #checkConfig(className: string, { value, path }: WrittenConfig): void {
    checkConfig(value, {
      problemsOf: (given) => this.#classes?.problemsOf?.(className, given) ?? [],
      place: (at) => ({ report: this.#report, path: [...path, ...at] }),
      code: 'service_config_invalid',
      owner: `service '${className}'`,
      isReplaced: (text) => this.#ports.has(text),
    });
  }
}
